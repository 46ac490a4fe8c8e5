"""编号、密钥与时刻的写法。

职责：造编号与密钥、读密钥的格式、读写时刻、认出不能存的文本。
不做什么：不查库；格式对的密钥未必是真的（那由 `access` 按库判断）。
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timezone

_PLAIN_KEY = re.compile(r"(tenant_[^_]+)_(agent_[^_]+)_([^_]+)_(v[0-9]+)")


@dataclass(frozen=True, slots=True)
class ParsedKey:
    """密钥里读得出的四段；只说明格式，不说明真假。"""

    tenant_id: str
    agent_id: str
    random_hash: str
    version: str


def new_id(prefix: str) -> str:
    """造一个编号，例如 ``tenant_0f3a…``（12 位十六进制）。"""
    return f"{prefix}_{secrets.token_hex(6)}"


def new_key(tenant_id: str, agent_id: str) -> str:
    """造一把密钥：``mmc_`` + base64(``租户_智能体_16hex_v1``)。"""
    plain = f"{tenant_id}_{agent_id}_{secrets.token_hex(8)}_v1"
    return "mmc_" + base64.b64encode(plain.encode()).decode()


def parse_key(key: str) -> ParsedKey | None:
    """按格式拆开密钥；格式不对返回 None。不查库。"""
    if not key.startswith("mmc_"):
        return None
    try:
        plain = base64.b64decode(key[4:], validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    match = _PLAIN_KEY.fullmatch(plain)
    return ParsedKey(*match.groups()) if match else None


def mask_key(key: str) -> str:
    """密钥给人看的样子：认得出、用不了。"""
    return f"mmc_…{key.rstrip('=')[-4:]}"


def new_uuid() -> str:
    """一个随机 UUID；连接编号与确认编号都由服务自己造。"""
    return str(uuid.uuid4())


def is_text(value: str) -> bool:
    """能否原样存成 UTF-8（孤立的代理字符不能）。"""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def clean(value: str) -> str:
    """把不能存的字符换成问号；编号不许走这里，编号要么原样要么不收。"""
    return value if is_text(value) else value.encode("utf-8", "replace").decode("utf-8")


def iso(moment: float | None) -> str | None:
    """Unix 秒 → 不带时区的 UTC ISO 文本（线上约定）。"""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, timezone.utc).replace(tzinfo=None).isoformat()


def parse_moment(text: str) -> float:
    """ISO 文本 → Unix 秒；不带时区的按 UTC。写得不对抛 ValueError。"""
    moment = datetime.fromisoformat(text[:-1] + "+00:00" if text[-1:] in "Zz" else text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    try:
        return moment.astimezone(timezone.utc).timestamp()
    except OverflowError as error:
        raise ValueError("时刻超出范围") from error
