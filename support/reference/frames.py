"""线上的帧：读客户端的信封，写确认与回复。

职责：JSON 与数据类之间的转换。不做什么：不定身份、不定平台——帧里自称的密钥、平台、
租户（`message_dim`、`additional_config`、`message_info.platform`、`meta`）一概不读。
编号原样使用：不去空白、不折叠大小写、不做 Unicode 规范化；不能原样存下的编号不收。
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from support.reference import ids
from support.reference.segments import Utterance, read_segments

_CHAT_TYPE, _ACK_TYPE = "sys_std", "sys_ack"


@dataclass(frozen=True, slots=True)
class Said:
    """一个用户说的一句话；`group_id` 为 None 是私聊。"""

    user_id: str
    nickname: str
    group_id: str | None
    group_name: str
    message_id: str
    utterance: Utterance


@dataclass(frozen=True, slots=True)
class Frame:
    """客户端的一帧；`msg_id` 为空则不确认，`said` 为 None 则确认后无事可做。"""

    msg_id: str
    said: Said | None


def read_frame(raw: str) -> Frame | None:
    """读一帧；不是 JSON 对象、或是对方的确认，返回 None（不理会）。"""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or value.get("type") == _ACK_TYPE:
        return None
    said = _read_said(value.get("payload")) if value.get("type") == _CHAT_TYPE else None
    return Frame(_ident(value.get("msg_id")) or "", said)


def _read_said(payload: Any) -> Said | None:
    """一句完整的话；缺了说话人、正文或群号写坏了都不算话。"""
    info = _mapping(_mapping(payload).get("message_info"))
    sender = _mapping(info.get("sender_info"))
    user, group = _mapping(sender.get("user_info")), sender.get("group_info")
    user_id = _ident(user.get("user_id"))
    group_id = None if group is None else _ident(_mapping(group).get("group_id"))
    utterance = read_segments(_mapping(payload).get("message_segment"))
    if user_id is None or (group is not None and group_id is None) or utterance is None:
        return None
    nickname = _label(user.get("user_nickname")) or _label(user.get("user_cardname"))
    return Said(
        user_id=user_id,
        nickname=nickname or user_id,
        group_id=group_id,
        group_name=_label(_mapping(group).get("group_name")) or group_id or "",
        message_id=_label(info.get("message_id")),
        utterance=utterance,
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _ident(value: Any) -> str | None:
    """一个编号：非空、能原样存下的文本。"""
    return value if isinstance(value, str) and value and ids.is_text(value) else None


def _label(value: Any) -> str:
    return ids.clean(value) if isinstance(value, str) else ""


def ack_frame(connection_uuid: str, msg_id: str, now: float) -> str:
    """确认：收到了（不等于会答）。"""
    return _dump(
        {
            "ver": 1,
            "msg_id": ids.new_uuid(),
            "type": _ACK_TYPE,
            "meta": {"uuid": connection_uuid, "acked_msg_id": msg_id, "timestamp": now},
            "payload": {"status": "received", "server_timestamp": now},
        }
    )


@dataclass(frozen=True, slots=True)
class Reply:
    """写一条回复要知道的一切；身份与平台取自提问的那条连接。"""

    api_key: str
    platform: str
    message_id: str
    user_id: str
    nickname: str
    group_id: str | None
    group_name: str
    answers: str
    bot_id: str
    bot_name: str
    words: str


class ReplyIds:
    """回复的业务编号；`send_api_<毫秒>` 在一个进程里严格递增，因此不重复。"""

    def __init__(self) -> None:
        self._last_ms = 0

    def new(self) -> str:
        """下一个没用过的编号。"""
        self._last_ms = max(self._last_ms + 1, int(time.time() * 1000))
        return f"send_api_{self._last_ms}"


def reply_frame(reply: Reply) -> str:
    """一条回复的信封。"""
    now = time.time()
    receiver: dict[str, Any] = {"user_info": _person(reply.platform, reply.user_id, reply.nickname)}
    if reply.group_id is not None:
        receiver["group_info"] = {
            "platform": reply.platform,
            "group_id": reply.group_id,
            "group_name": reply.group_name,
        }
    info = {
        "platform": reply.platform,
        "message_id": reply.message_id,
        "time": now,
        "sender_info": {"user_info": _person(reply.platform, reply.bot_id, reply.bot_name)},
        "receiver_info": receiver,
    }
    return _dump(
        {
            "ver": 1,
            "msg_id": f"msg_{secrets.token_hex(6)}_{int(now)}",
            "type": _CHAT_TYPE,
            "meta": {
                "sender_user": "server",
                "target_user": reply.user_id,
                "platform": reply.platform,
                "timestamp": now,
            },
            "payload": {
                "message_info": info,
                "message_segment": _segment(reply),
                "message_dim": {"api_key": reply.api_key, "platform": reply.platform},
            },
        }
    )


def _segment(reply: Reply) -> dict[str, Any]:
    text = {"type": "text", "data": reply.words}
    if reply.group_id is None:
        return text
    quoted = [{"type": "reply", "data": reply.answers}] if reply.answers else []
    return {"type": "seglist", "data": [*quoted, text]}


def _person(platform: str, user_id: str, nickname: str) -> dict[str, str]:
    return {
        "platform": platform,
        "user_id": user_id,
        "user_nickname": nickname,
        "user_cardname": nickname,
    }


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
