"""哪些规则是“检查”：查谁凭什么放行、归谁管、是不是同一个；它们的结果不逐条公开。

职责：封闭清单与它的标签，只在这里改。不做什么：不含报告的形式（conformance），不裁判。
一条检查被绕过去，逐条写出来就是给别人开门；报告公开时这些规则只给数目。只依赖标准库。
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

TAG = "安全检查"
#: 公开的文字里，原来写着编号、名字、命令的地方。
HIDDEN = "（未公开）"

#: 规格编号的前缀（整族都是）或单独一条 → 它查的是什么。新添的一族先想它该不该在这里。
CHECKS: Mapping[str, str] = {
    "KEY": "密钥有没有登记、还有没有效，自称与冒充作不作数",
    "BADGE": "密钥是不是逐字相同，主人在不在岗，有没有聊天的权限",
    "CLAIM": "信封上写的、另外附上的身份作不作数",
    "ADMIN": "一家的管理员看不看得见别家",
    "TOUCH": "一家的管理员动不动得了别家",
    "JOIN": "有意拼成一样的编号与名字会不会被当成同一个",
    "IDENT": "有意只差一点的编号与名字会不会被当成同一个",
    "MSGID": "有意撞上的消息编号会不会顶掉别人的",
    "QUOTE": "借来的、撞上的消息编号引不引得到别处的话",
    "BACK-03": "撞上的消息编号引不引得到别处的话",
    "DELIV-05": "撞上的消息编号会不会顶掉别人的",
    "RETRY-04": "撞上的消息编号会不会被当成别人的重发",
    "SAYING-06": "有意与群号相同的用户编号通不通得到群里",
    "SAYING-07": "有意只差一点的群号会不会被当成同一个",
    "WHO-10": "有意只差一点的用户编号会不会被当成同一个",
    "LIFE-01": "换下来的密钥还有没有效",
    "LIFE-04": "失效的密钥重启之后有没有复活",
    "REMOVE-01": "注销了的智能体，它的密钥还有没有效",
    "ACCOUNT-03": "停用了的租户，它的密钥还有没有效",
    "MANAGE-02": "写上别家的名字能不能把东西改挂过去",
    "MANAGE-04": "管理面会不会把模型密钥给人看",
    "ROUTE-04": "冒充者来过之后，原主的连接还是不是他的",
    "ROUTE-05": "冒充者趁着空当来，原主的连接还是不是他的",
    "NOISE-03": "残缺的、超长的消息拦不拦得住",
}

#: 有没有这样本事，本身就说出了检查在不在；只有检查类的规格用到它们。
CAPABILITIES: Mapping[str, str] = {
    "管理面鉴权": "没有它，管理面就不查来人是谁",
    "平台看连接": "没有它，自称在哪个平台就算在哪个平台",
    "编号空白": "没有它，只差空白的编号就是同一个",
}

_FAMILIES = "|".join(one for one in CHECKS if "-" not in one)
_SINGLES = "|".join(one for one in CHECKS if "-" in one)
#: 编号本身，或照着一族写的通配（``KEY-*``）。
_IDS = re.compile(
    rf"(?<![A-Za-z])(?:(?:{_FAMILIES})[-*?\[][A-Za-z0-9*?\[\]!_-]*|(?:{_SINGLES})(?!\d))"
)
#: 连着抹掉的几段并成一段，也就看不出抹了几个。
_REPEATED = re.compile(rf"{HIDDEN}(?:(?:、| or @| and @){HIDDEN})+")


def is_listed(spec_id: str) -> bool:
    """清单里有没有这条规格，整族的也算。"""
    return spec_id in CHECKS or spec_id.partition("-")[0] in CHECKS


def hide(text: str, words: Iterable[str] = ()) -> str:
    """把文字里清单上的编号、与检查有关的能力、`words` 里的每一段换成“（未公开）”。"""
    text = _IDS.sub(HIDDEN, text)
    for word in (*CAPABILITIES, *sorted(words, key=len, reverse=True)):
        text = text.replace(word, HIDDEN)
    return _REPEATED.sub(HIDDEN, text)
