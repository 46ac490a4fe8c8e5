"""句法：规格里能出现的主语、名词、动词和固定说法，全部在这里登记为参数类型。

职责：一段中文 → 一个冻结的值。不做什么：不碰 World、不收发。
每个类型的写法都不含引号以外的 “ ”，所以一个参数绝不会跨过引号吞掉另一个。
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeVar

from parse import with_pattern

_QUOTED = r"“[^“”]+”"
_NAMES = rf"{_QUOTED}(?:、{_QUOTED})*(?:和{_QUOTED})?"
_PLACE = rf"(?:在群{_QUOTED}里|在{_QUOTED}上|[对拿用]{_QUOTED})"
_QUOTING = rf"(?:引用{_QUOTED})?"
_MARKS = re.compile(
    "在群“(?P<group>[^”]+)”里|在“(?P<platform>[^”]+)”上|对“(?P<agent>[^”]+)”"
    "|拿“(?P<key>[^”]+)”|引用“(?P<quote>[^”]+)”|用“(?P<device>[^”]+)”"
)
_SPEAKER = rf"{_NAMES}的{_QUOTED}{_PLACE}*(?:都)?{_QUOTING}"


def unquote(text: str) -> list[str]:
    """取出一段文字里所有引号内的内容，按次序。"""
    return [part.partition("”")[0] for part in text.split("“")[1:]]


@dataclass(frozen=True, slots=True)
class Speaker:
    """谁、在哪里、对谁说话。省略处取默认：私聊、第一个平台、第一个智能体、它的第一把密钥。

    `quote` 是他这一句引用的话；它不改变他是谁。
    """

    tenant: str
    user: str
    group: str = ""
    platform: str = ""
    agent: str = ""
    key: str = ""
    device: str = ""
    quote: str = field(default="", compare=False)


class Recall(str, Enum):
    """麦麦记不记得一句话。"""

    REMEMBERS = "记得"
    FORGETS = "不记得"
    ONLY = "只记得"


class Carry(str, Enum):
    """提示词里带没带着一段人设。"""

    CARRIES = "带着"
    LACKS = "没有带着"


class Fate(str, Enum):
    """一句话的结局。"""

    ANSWERED = "恰好得到1条回复"
    REFUSED = "被拒绝"
    UNHEARD = "一条也没收到"
    WITHHELD = "没有得到回复"


class Change(str, Enum):
    """租户、智能体、密钥的变故。"""

    KEY_DISABLED = "密钥被禁用"
    KEY_DELETED = "密钥被删除"
    KEY_EXPIRED = "密钥已过期"
    TENANT_SUSPENDED = "租户被停用"
    TENANT_SHELVED = "租户被搁置"
    TENANT_RESUMED = "租户被恢复"
    KEY_MUTED = "密钥被收回聊天权限"
    KEY_ROTATED = "密钥被轮换"
    AGENT_DISABLED = "智能体被停用"
    AGENT_ARCHIVED = "智能体被归档"
    AGENT_RESUMED = "智能体被恢复"
    AGENT_DELETED = "智能体被注销"
    AGENT_REOPENED = "智能体被注销又以同名重新开通"
    ACTIVITY_LAPSED = "活跃状态已到期"
    TENANT_DELETED = "租户被注销"
    TENANT_REOPENED = "租户被注销又以同名重新开通"


class Credential(str, Enum):
    """拿在手里的密钥是哪一种。"""

    OWN = "密钥"
    TYPO = "抄错一位的密钥"
    FORGED = "照格式伪造的密钥"
    DELETED = "已删除的密钥"
    DISABLED = "已禁用的密钥"
    EXPIRED = "已过期的密钥"
    SHORT = "少抄一位的密钥"
    SWAPPED_CASE = "大小写颠倒的密钥"
    WILDCARD = "末位换成通配符的密钥"
    SPLICED = "换了智能体编号的密钥"
    MUTED = "没有聊天权限的密钥"
    RETIRED = "换下来的密钥"
    ADMIN = "管理员密钥"
    FIRED_ADMIN = "已删除的管理员密钥"
    STALE_ADMIN = "已过期的管理员密钥"


@dataclass(frozen=True, slots=True)
class KeyRef:
    """哪家租户的哪种密钥。"""

    tenant: str
    credential: Credential


class ModelFault(str, Enum):
    """大模型的状况。"""

    HELD = "被按住"
    RELEASED = "被松开"
    ERROR = "报错"
    CUT = "答到一半断开"
    MALFORMED = "答出乱码"
    EMPTY = "答了空话"
    BUSY = "嫌太忙"
    SILENT = "一直不答"
    SLOW_ONCE = "头一句答得慢"
    ERROR_ONCE = "头一句报错"
    HELD_ONCE = "头一句被按住"


class Restart(str, Enum):
    """服务怎样重启。"""

    KILLED = "被强行终止又重新启动"
    ORDERLY = "正常停下又重新启动"


class Accident(str, Enum):
    """说完话之后发生的意外。"""

    RECONNECT = "随即断线又重新连上"
    KILLED = "服务随即被强行终止又重新启动"
    RESENT_RECONNECTED = "断线重连之后又原样重发一遍"
    RESENT_RESTARTED = "服务重启之后又原样重发一遍"
    RESENT_GARBLED = "头一遍送坏了就原样重发一遍"
    KEY_DISABLED = "密钥随即被禁用"
    KEY_DELETED = "密钥随即被删除"
    AGENT_DISABLED = "智能体随即被停用"
    AGENT_DELETED = "智能体随即被注销"
    TENANT_SUSPENDED = "租户随即被停用"


class Absence(str, Enum):
    """连着说话的人怎样断线、怎样回来。"""

    RECONNECT = "随即断线又重新连上"
    NEIGHBOURS = "随即断线，等别家和别的平台都说过话才重新连上"
    EACH = "每说一句就断线又重新连上"
    KILLED = "服务随即被强行终止又重新启动"


class Attack(str, Enum):
    """吵闹邻居的手法。"""

    FLOOD = "刷屏"
    HANG = "的大模型一直卡住"
    FAIL = "的大模型一直报错"
    MALFORMED = "乱发残缺的消息"
    MISSING = "乱发没有内容的消息"
    NESTED = "乱发层层嵌套的消息"
    BINARY = "乱发不是文字的消息"
    HUGE = "乱发超长的消息"
    CONNECTIONS = "反复连上50条连接"


class Limit(str, Enum):
    """一家租户的限额按什么算。"""

    MINUTE = "每分钟"
    DAY = "每天"


class Disguise(str, Enum):
    """冒充别家的手法。"""

    PAYLOAD = "在话里自称是"
    ENVELOPE = "在信封上自称是"
    CONNECTION = "顶着连接编号冒充"
    BRIEFLY = "短暂顶着连接编号冒充"
    BAD_KEY = "拿伪造的密钥、顶着连接编号冒充"
    BAD_FIRST = "拿伪造的密钥、另外附上一把密钥冒充"
    TWO_KEYS = "另外附上一把密钥冒充"
    PLATFORM = "在话里自称身处"
    TWO_PLATFORMS = "连上时另外自称身处"


class Lesson(str, Enum):
    """一口气交给麦麦的许多样东西。"""

    CHORE = "件杂事"
    SAYING = "种说法"
    LIKING = "样喜好"


class Ident(str, Enum):
    """编号的种类。"""

    USER = "用户编号"
    GROUP = "群号"


class Difference(str, Enum):
    """两个编号之间仅有的差别。"""

    CASE = "大小写"
    SPACE = "首尾空格"
    ZERO_WIDTH = "零宽字符"
    FULL_WIDTH = "全角半角"
    ACCENT = "组合字符"
    PREFIX = "末尾一位"
    STEM = "末尾少一位"
    LONG_TAIL = "很长之后的末尾一位"
    WILDCARD = "通配符"
    LEADING_SPACE = "行首空格"
    WIDE_SPACE = "全角空格"
    COMPATIBLE = "兼容字符"
    LEADING_ZERO = "前导零"
    DECIMAL = "小数点"
    EXPONENT = "科学记数"
    PERCENT = "百分号"
    STAR = "星号"
    SCRIPT = "简繁体"


class Resource(str, Enum):
    """管理面里的东西。"""

    TENANT = "租户资料"
    AGENTS = "智能体"
    CONFIG = "人设与配置"
    KEYS = "密钥"
    ACTIVITY = "活跃状态"
    PLUGINS = "插件设置"
    USAGE = "使用记录"


class Look(str, Enum):
    """怎样看名录。"""

    ALL = "查看"
    PAGED = "逐页查看"
    SLEEPING = "只看停用的"


class Deed(str, Enum):
    """一家的管理员对着一个编号能做的事。"""

    READ = "查看"
    LIST = "列出"
    CHANGE = "修改"
    DISABLE = "停用"
    REMOVE = "删除"
    ADD = "添加"
    ADOPT = "认领"


class Crowd(str, Enum):
    """同时开聊的人数。"""

    ONE = "各有一位用户"
    MANY = "各有多位用户"


_Member = TypeVar("_Member", bound=Enum)


def _choice(kind: type[_Member]) -> Callable[[str], _Member]:
    """一个枚举对应一个类型：写法恰好是它的各个成员。"""
    words = sorted((member.value for member in kind), key=len, reverse=True)

    def convert(text: str) -> _Member:
        return kind(text)

    typed: Callable[[str], _Member] = with_pattern("|".join(words))(convert)
    return typed


@with_pattern(_QUOTED)
def parse_text(text: str) -> str:
    """“……” → 引号里的文字。"""
    return text[1:-1]


@with_pattern(_NAMES)
def parse_names(text: str) -> tuple[str, ...]:
    """“甲”、“乙”和“丙” → 名字的元组。"""
    return tuple(unquote(text))


@with_pattern(r"\d+")
def parse_number(text: str) -> int:
    """阿拉伯数字 → 整数。"""
    return int(text)


def _place(text: str) -> dict[str, str]:
    return {
        name: value
        for found in _MARKS.finditer(text)
        for name, value in found.groupdict().items()
        if value
    }


@with_pattern(_SPEAKER)
def parse_speakers(text: str) -> tuple[Speaker, ...]:
    """“科技公司”和“教育机构”的“小王”在群“读书会”里都 → 每家一位说话人。"""
    who, _, rest = text.partition("的“")
    user, _, place = rest.partition("”")
    return tuple(Speaker(tenant, user, **_place(place)) for tenant in unquote(who))


@with_pattern(rf"{_QUOTED}的{_QUOTED}{_PLACE}*{_QUOTING}")
def parse_speaker(text: str) -> Speaker:
    """“科技公司”的“小雨”在群“读书会”里 → 一位说话人。"""
    speaker: Speaker = parse_speakers(text)[0]
    return speaker


@with_pattern(
    rf"{_QUOTED}的(?:{'|'.join(sorted((c.value for c in Credential), key=len, reverse=True))})"
)
def parse_key(text: str) -> KeyRef:
    """“科技公司”的抄错一位的密钥 → 一种密钥。"""
    tenant, _, credential = text.partition("”的")
    return KeyRef(tenant[1:], Credential(credential))


TYPES: dict[str, Callable[[str], Any]] = {
    "Text": parse_text,
    "Names": parse_names,
    "Number": parse_number,
    "Speaker": parse_speaker,
    "Speakers": parse_speakers,
    "Key": parse_key,
    **{
        kind.__name__: _choice(kind)
        for kind in (
            Recall, Carry, Fate, Change, ModelFault, Accident,
            Restart, Absence, Attack, Limit, Disguise, Lesson, Ident, Difference, Resource, Crowd,
            Look, Deed,
        )
    },
}  # fmt: skip
