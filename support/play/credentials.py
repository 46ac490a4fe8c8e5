"""密钥的各种来路，以及让密钥、智能体、租户失效的管理动作。

职责：纯数据，一种说法对应一次管理面调用或一段密钥文本。不做什么：不收发。
密钥的形状见 wire-contract §1：``mmc_`` + base64(``{租户}_{智能体}_{16 位十六进制}_v1``)，没有签名。
"""

from __future__ import annotations

import base64
import secrets
import string
from datetime import datetime, timedelta, timezone
from typing import Any

from support.phrases import Change

Call = tuple[str, str, dict[str, Any] | None]


def past() -> str:
    """一小时以前，服务用的是不带时区的 UTC。"""
    return (datetime.now(timezone.utc) - timedelta(hours=1)).replace(tzinfo=None).isoformat()


def typo(key: str) -> str:
    """抄错中间一位：仍是合法字符，只是不再是那把密钥。"""
    middle, letters = len(key) // 2, string.ascii_letters
    other = letters[(letters.find(key[middle]) + 1) % len(letters)]
    return key[:middle] + other + key[middle + 1 :]


def swap_case(key: str) -> str:
    """前缀不动，其余大小写颠倒。"""
    return key[:4] + key[4:].swapcase()


def forge(tenant_id: str, agent_id: str) -> str:
    """照着格式伪造一把：租户与智能体都真，唯独没有登记过。"""
    plain = f"{tenant_id}_{agent_id}_{secrets.token_hex(8)}_v1"
    return "mmc_" + base64.b64encode(plain.encode()).decode()


def change_call(change: Change, *, tenant_id: str, agent_id: str, key_id: str) -> Call:
    """一种变故对应的管理面调用：(动词, 路径, 请求体)。"""
    tenant, agent, key = f"/tenants/{tenant_id}", f"/agents/{agent_id}", f"/api-keys/{key_id}"
    calls: dict[Change, Call] = {
        Change.KEY_DISABLED: ("POST", f"{key}/disable", None),
        Change.KEY_DELETED: ("DELETE", key, None),
        Change.KEY_EXPIRED: ("PUT", key, {"expires_at": past()}),
        Change.TENANT_SUSPENDED: ("PUT", tenant, {"status": "suspended"}),
        Change.TENANT_SHELVED: ("PUT", tenant, {"status": "inactive"}),
        Change.TENANT_RESUMED: ("PUT", tenant, {"status": "active"}),
        Change.KEY_MUTED: ("PUT", key, {"permissions": ["admin"]}),
        Change.AGENT_DISABLED: ("PUT", agent, {"status": "inactive"}),
        Change.AGENT_ARCHIVED: ("PUT", agent, {"status": "archived"}),
        Change.AGENT_RESUMED: ("PUT", agent, {"status": "active"}),
        Change.AGENT_DELETED: ("DELETE", agent, None),
        Change.TENANT_DELETED: ("DELETE", tenant, None),
    }
    return calls[change]
