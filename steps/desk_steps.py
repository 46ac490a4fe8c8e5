"""管理面的句式：运营方看名录、改东西，各家管理员越界。"""

from behave import given, then, when
from behave.runner import Context

from support.phrases import Deed, KeyRef, Limit, Look, Resource


@given("{names:Names}都有{resource:Resource}")
async def step_furnish(context: Context, names: tuple[str, ...], resource: Resource) -> None:
    """替各家登记这类东西，内容各不相同。

    例：假如 “科技公司”和“教育机构”都有插件设置
    """
    for name in names:
        await context.world.desk.furnish(name, resource)


@when("管理员{look:Look}{tenant:Text}的{resource:Resource}")
async def step_look(context: Context, look: Look, tenant: str, resource: Resource) -> None:
    """运营方的管理员按租户看名录：一次看全、逐页看，或只看停用的。

    例：当 管理员逐页查看“科技公司”的密钥
    """
    await context.world.desk.look(tenant, resource, look)


@then("恰好列出它自己的全部")
def step_listing(context: Context) -> None:
    """裁决：看过的每份名录都不多不少，自报总数也对。

    例：那么 恰好列出它自己的全部
    """
    context.world.bench.listing()


@when("管理员修改{tenant:Text}的{resource:Resource}")
async def step_amend(context: Context, tenant: str, resource: Resource) -> None:
    """改一样东西，再读回来。

    例：当 管理员修改“科技公司”的人设与配置
    """
    await context.world.desk.amend(tenant, resource)


@then("读回来正是改成的样子")
def step_read_back(context: Context) -> None:
    """裁决：答应了的修改确实改了。

    例：那么 读回来正是改成的样子
    """
    context.world.bench.read_back()


@when("管理员翻看{tenant:Text}的{resource:Resource}")
async def step_inspect(context: Context, tenant: str, resource: Resource) -> None:
    """把一样东西单独看一遍、在名录里再看一遍，找里面的秘密。

    例：当 管理员翻看“科技公司”的人设与配置
    """
    await context.world.desk.inspect(tenant, resource)


@then("看得见{tenant:Text}的人设，看不见它的模型密钥")
def step_hidden(context: Context, tenant: str) -> None:
    """裁决：看过的每份应答里都有人设、没有模型密钥的原文。

    例：那么 看得见“科技公司”的人设，看不见它的模型密钥
    """
    context.world.bench.hidden(tenant)


@when("管理员给{tenant:Text}添一个与{other:Text}同名的{resource:Resource}")
async def step_namesake(context: Context, tenant: str, other: str, resource: Resource) -> None:
    """在一家再建一个名字，与自家或别家已有的相同。

    例：当 管理员给“教育机构”添一个与“科技公司”同名的智能体
    """
    await context.world.desk.namesake(tenant, other, resource)


@then("报错不露内情")
def step_plain_errors(context: Context) -> None:
    """裁决：本场景的失败都说人话，没有数据库与程序内部的说法。

    例：那么 报错不露内情
    """
    context.world.bench.plain_errors()


@when("管理员把{tenant:Text}的{resource:Resource}改挂到{other:Text}名下")
async def step_smuggle(context: Context, tenant: str, resource: Resource, other: str) -> None:
    """修改一家的东西，请求里却写着另一家的编号。

    例：当 管理员把“教育机构”的智能体改挂到“科技公司”名下
    """
    await context.world.desk.smuggle(tenant, resource, other)


@when("{tenant:Text}的管理员{deed:Deed}{victim:Text}的{resource:Resource}")
async def step_foray(
    context: Context, tenant: str, deed: Deed, victim: str, resource: Resource
) -> None:
    """一家的管理员对着别家的、从未有过的、自己的编号做同一件事。

    例：当 “教育机构”的管理员修改“科技公司”的人设与配置
    """
    await context.world.desk.foray(tenant, deed, victim, resource)


@then("自己的办得成，别家的与从未有过的编号答得一样")
def step_alike(context: Context) -> None:
    """裁决：别家的编号与从未有过的编号，状态、头、正文都分不出来。

    例：那么 自己的办得成，别家的与从未有过的编号答得一样
    """
    context.world.bench.alike()


@then("{tenant:Text}的东西原样未动")
def step_untouched(context: Context, tenant: str) -> None:
    """裁决：这家的全部资料前后两次看一模一样。

    例：而且 “科技公司”的东西原样未动
    """
    context.world.bench.untouched(tenant)


@when("有人先拿{good:Key}、再拿{bad:Key}{deed:Deed}自家的{resource:Resource}")
async def step_desk_knock(
    context: Context, good: KeyRef, bad: KeyRef, deed: Deed, resource: Resource
) -> None:
    """先后拿两把密钥在管理面办同一件事，各办各家的；前一把是对照。

    例：当 有人先拿“科技公司”的管理员密钥、再拿“科技公司”的密钥查看自家的智能体
    """
    await context.world.desk.knock(good, bad, deed, resource)


@then("先办成、后拒绝")
def step_done_then_refused(context: Context) -> None:
    """裁决：前一把办成了，后一把被明确拒绝，应答里也没有那家的东西。

    例：那么 先办成、后拒绝
    """
    context.world.bench.knock()


@then("{tenant:Text}的用量恰好是{count:Number}句话")
async def step_used(context: Context, tenant: str, count: int) -> None:
    """裁决：账上这家受理的话不多不少。

    例：那么 “科技公司”的用量恰好是3句话
    """
    await context.world.bench.used(tenant, count)


@then("{tenant:Text}的限额读回来是{limit:Limit}{count:Number}句话")
async def step_limit_read_back(context: Context, tenant: str, limit: Limit, count: int) -> None:
    """裁决：管理面上读到的限额正是定下的那个数。

    例：那么 “科技公司”的限额读回来是每分钟7句话
    """
    await context.world.bench.limited(tenant, limit, count)
