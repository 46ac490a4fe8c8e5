"""内置参考服务：一个小而正确的 MaiBot 多租户服务，只在回环上跑。

职责：给规格一个对照：控制面（HTTP）、消息面（WebSocket）、机器人与它的存储。
不做什么：不引用套件的任何其他代码（两边共用一处，就会共用一处的错），不判断别人对错。

读法：`server` 组装全部部件；每个隔离决定是一个有名字的小方法——
密钥放不放行 `access.Access.refusal`，哪个聊天 `archive.Archive.chat_of`，
记得哪些话 `archive.Archive.history`，想起哪些事 `archive.Archive.recall`，
引用的是哪句 `archive.Archive.quoted`，认得的人 `people.People.about`，
说法 `sayings.Sayings.known`，
同不同一张图 `pictures.Pictures.key`，到没到限额 `limits.Limits.notice`，账记给谁
`calls.ModelCalls.payer`，凭证管得着谁 `gate.Gate.scope`，看不看得见 `scope.View`，
重复与否 `archive.Archive.is_duplicate`，回复归谁 `bot.Bot.destination`，
写到哪些连接 `connections.Connections.targets`，轮到哪家 `scheduler.Scheduler.next_tenant`。
"""

NAME = "内置参考服务"
VERSION = "0.1.0"
