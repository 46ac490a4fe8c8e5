"""放行：一把密钥此刻能不能用、能不能说话。

职责：唯一的密钥判断，控制面与消息面共用；每次都查库、每次都看现在的时刻。
不做什么：不缓存，不从密钥文本里推断身份（能读出的租户、智能体不作数）。

权限：`permissions` 为空表示全部允许；不为空而没有 ``chat`` 的密钥不能说话，
在消息面与无效密钥同样拒绝。
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from support.reference import ids
from support.reference.directory import Record, read_row
from support.reference.store import Store

CHAT = "chat"
_FIND = """
SELECT k.*, a.status AS agent_status, t.status AS tenant_status
FROM api_keys k
JOIN agents a ON a.id = k.agent_id AND a.tenant_id = k.tenant_id
JOIN tenants t ON t.id = k.tenant_id
"""


@dataclass(frozen=True, slots=True)
class Refusal:
    """不放行的缘由。"""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Identity:
    """一条连接的身份；只来自库里的密钥。"""

    key_id: str
    tenant_id: str
    agent_id: str
    api_key: str
    expires_at: float | None


FORGED = Refusal("AUTH_001", "API密钥格式无效")
UNKNOWN = Refusal("AUTH_005", "API密钥不存在")
DISABLED = Refusal("AUTH_004", "API密钥已停用")
ASLEEP = Refusal("AUTH_004", "API密钥所属的租户或智能体已停用")
EXPIRED = Refusal("AUTH_002", "API密钥已过期")


class Access:
    """密钥的门卫。"""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store, self._clock = store, clock

    def find(self, api_key: str) -> Record | None:
        """按全文精确查找密钥，连同租户与智能体的状态。"""
        if not ids.is_text(api_key):
            return None
        row = self._store.one(_FIND + "WHERE k.api_key = ?", api_key)
        return read_row(row) if row is not None else None

    def refusal(self, record: Record | None) -> Refusal | None:
        """这把密钥此刻为什么不能用；能用返回 None。"""
        if record is None:
            return UNKNOWN
        if record["status"] != "active":
            return DISABLED
        if self.is_expired(record["expires_at"]):
            return EXPIRED
        if record["tenant_status"] != "active" or record["agent_status"] != "active":
            return ASLEEP
        return None

    def is_expired(self, expires_at: float | None) -> bool:
        """到点即过期。"""
        return expires_at is not None and self._clock() >= expires_at

    def permits(self, permissions: list[Any], wanted: str) -> bool:
        """空的权限表示全部允许。"""
        return not permissions or wanted in permissions

    def identify(self, api_key: str) -> Identity | None:
        """凭密钥全文进门说话；不放行返回 None。"""
        return self._admit(self.find(api_key))

    def still(self, key_id: str) -> Identity | None:
        """一把已进门的密钥此刻还能不能说话。"""
        row = self._store.one(_FIND + "WHERE k.id = ?", key_id)
        return self._admit(read_row(row) if row is not None else None)

    def _admit(self, record: Record | None) -> Identity | None:
        if record is None or self.refusal(record) is not None:
            return None
        if not self.permits(record["permissions"], CHAT):
            return None
        return Identity(
            key_id=record["id"],
            tenant_id=record["tenant_id"],
            agent_id=record["agent_id"],
            api_key=record["api_key"],
            expires_at=record["expires_at"],
        )
