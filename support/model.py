"""领域词汇：租户、归属、口令、台账事件、裁决。全部是冻结的数据类。

职责：给各模块一套共同的名词。不做什么：不收发、不判断、不读时钟。只依赖标准库。
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Outcome(str, Enum):
    """裁决的结果。“已知违反”只是场景的结论：违反了，而配置里写着它早就违反。"""

    HELD = "通过"
    VIOLATED = "违反"
    KNOWN = "已知违反"
    INCONCLUSIVE = "无法判定"
    SKIPPED = "跳过"

    @property
    def severity(self) -> int:
        """几个结论合成一个时，数大的说了算。"""
        return _MILDEST_FIRST.index(self)


_MILDEST_FIRST = (
    Outcome.HELD,
    Outcome.SKIPPED,
    Outcome.INCONCLUSIVE,
    Outcome.KNOWN,
    Outcome.VIOLATED,
)


#: 规格的级别，离场景最近的标签说了算。
LEVELS = ("核心", "扩展")


class Surface(str, Enum):
    """口令可能露面的地方；越界审计按它归类。"""

    REPLY = "回复"
    PROMPT = "提示词"
    BODY = "管理面应答"


class Kind(str, Enum):
    """台账事件的种类。"""

    BEGAN = "began"  # 场景开始
    ENDED = "ended"  # 场景结束（data: verdict, duration_s）
    PLANTED = "planted"  # 铸造一枚口令（data: token, scope, words）
    OPENED = "opened"  # 连接放行
    CLOSED = "closed"  # 连接关闭（data: code, by）
    SAID = "said"  # 用户说出一句话（token 为这句话的口令；data: resend, words, source）
    ACKED = "acked"  # 服务确认收到一句话
    HEARD = "heard"  # 连接上收到一条回复（token: 它答的那句话，未知则空）
    REFUSED = "refused"  # 一句话或一条连接被拒绝（data: code）
    FAILED = "failed"  # 一句话没能发出或结果不明（data: reason）
    BODY = "body"  # 管理面的一次应答（data: method, path, status, success, error_code）
    PROMPT = "prompt"  # 模型端点看到的一次请求（data: model, ended：答完的时刻，与 mono 同一只钟…）
    FAULT = "fault"  # 套件制造的故障（data: what）
    CREATED = "created"  # 在被测服务上建了一样东西（data: resource, id）
    REMOVED = "removed"  # 并把它删掉了
    LEFTOVER = "leftover"  # 没能删掉（data: resource, id, reason）
    CLAIM = "claim"  # 裁判的一次裁决


class Scope(str, Enum):
    """一枚口令允许被谁看见。"""

    CHAT = "chat"  # 只在自己的聊天流（T+A+P+C）
    AGENT = "agent"  # 同一租户的同一智能体（T+A）
    TENANT = "tenant"  # 同一租户


@dataclass(frozen=True, slots=True)
class Owner:
    """归属：租户 T、智能体 A、平台 P、聊天流 C，外加说话的用户。

    `tenant` 在一次运行里唯一，形如 ``HIST-01#3/科技公司``；`chat` 形如 ``private:用户编号`` 或
    ``group:群号``；`user` 是给人看的昵称，不参与比较。空串表示“这一维不限定”。
    """

    tenant: str
    agent: str = ""
    platform: str = ""
    chat: str = ""
    user: str = ""

    @property
    def tenant_name(self) -> str:
        """给人看的租户名（去掉场景前缀）。"""
        return self.tenant.rpartition("/")[2]

    def label(self) -> str:
        """给人看的一行归属。"""
        parts = (self.tenant_name, self.agent, self.platform, self.chat, self.user)
        return "/".join(part for part in parts if part) or "未知"


NOBODY = Owner("")


@dataclass(frozen=True, slots=True)
class Canary:
    """口令的登记：谁的、允许谁见、跟着哪句话。"""

    token: str
    owner: Owner
    scope: Scope
    words: str
    scenario: str


@dataclass(frozen=True, slots=True)
class Event:
    """台账里的一行；只追加，永不修改。

    `mono` 单调钟秒、`wall` Unix 秒；`by` 是这件事发生在谁身上（谁说的、谁的连接听见的、
    谁的提示词）；`token` 是它所属的那句话；`text` 是看得见的原文，越界审计扫描它。
    """

    seq: int
    kind: Kind
    mono: float
    wall: float
    scenario: str
    by: Owner = NOBODY
    token: str = ""
    surface: Surface | None = None
    text: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Leak:
    """一次越界：谁的口令、被谁、在哪个面、由哪条事件看见。"""

    canary: Canary
    observer: Owner
    surface: Surface
    event: Event


@dataclass(frozen=True, slots=True)
class Verdict:
    """裁决。证据数量必填；`examined == 0` 永远不是通过。"""

    outcome: Outcome
    claim: str
    examined: int
    evidence: tuple[int, ...] = ()
    expected: str = ""
    actual: str = ""
    leaks: tuple[Leak, ...] = ()

    def __post_init__(self) -> None:
        if self.outcome is Outcome.HELD and self.examined <= 0:
            raise ValueError("没有看过任何证据就不能判“通过”")


@dataclass(frozen=True, slots=True)
class Known:
    """目标的一条已知违反：哪条规格、从哪天起、为什么、看哪里。

    `rows` 只说大纲里的哪几行：场景名里有其中一段文字的才算；空着就是整条规格。
    """

    id: str
    since: str
    reason: str
    link: str = ""
    rows: tuple[str, ...] = ()

    def covers(self, spec: str, name: str) -> bool:
        """说的是不是编号 `spec`、名叫 `name` 的这个场景。"""
        return spec == self.id and (not self.rows or any(row in name for row in self.rows))


@dataclass(frozen=True, slots=True)
class ScenarioRecord:
    """一个场景跑完后的记录：报告里每个数字的唯一来源。

    `id` 是规格编号（HIST-01），`location` 是 ``features/…:行``；时长单位都是秒。
    `reason` 说明没有通过的缘由；`unreachable` 表示缘由是目标连不上。
    `known` 是配置里说到这个场景的那条已知违反，结论是什么都带着。
    """

    id: str
    feature: str
    rule: str
    name: str
    tags: tuple[str, ...]
    location: str
    verdict: Outcome
    duration_s: float
    setup_s: float = 0.0
    teardown_s: float = 0.0
    reason: str = ""
    unreachable: bool = False
    verdicts: tuple[Verdict, ...] = ()
    events: int = 0
    known: Known | None = None
