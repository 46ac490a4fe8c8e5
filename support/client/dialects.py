"""帧的写法与读法：有信封的（约定 §2、§3）与没有信封的旧版（约定 §4）。

职责：一句话写成什么样的帧，收到的一帧是确认、回复还是别的。不做什么：不收发、不记账。
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from support.client.lines import Line, flatten, segment_of

Chat = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Ack:
    """服务收到了某个编号的话；只表示收到。"""

    connection_id: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Reply:
    """一条回复：摊平的全文，发往哪个聊天流（看不出来为 None）。"""

    text: str
    chat: Chat | None


class Dialect(Protocol):
    """一种帧的写法。"""

    @property
    def acks(self) -> bool:
        """服务收到话之后会不会确认。"""
        ...

    def frame(self, line: Line, *, key: str, platform: str) -> dict[str, Any]:
        """一句话的帧；`key`、`platform` 是所在连接的。"""
        ...

    def read(self, raw: str) -> Ack | Reply | None:
        """读一帧；不合写法的返回 None。"""
        ...


class Enveloped:
    """有信封：原生 WebSocket 与 Socket.IO 说的都是它。"""

    acks = True

    def frame(self, line: Line, *, key: str, platform: str) -> dict[str, Any]:
        """信封、业务消息与各处的自称。"""
        claimed = str(line.claims.get("platform", platform))
        sender: dict[str, Any] = {"user_info": _user(line, claimed)}
        if line.group_id:
            sender["group_info"] = _group(line, platform)
        info = _info(line, claimed)
        info["sender_info"] = sender
        meta = {"sender_user": key, "platform": claimed, "timestamp": info["time"]}
        dim = {"api_key": key, "platform": claimed}
        return {
            "ver": 1,
            "msg_id": line.message_id,
            "type": "sys_std",
            "meta": {**meta, **line.claims.get("meta", {})},
            "payload": {
                "message_info": info,
                "message_segment": segment_of(line),
                "message_dim": {**dim, **line.claims.get("message_dim", {})},
            },
        }

    def read(self, raw: str) -> Ack | Reply | None:
        """确认与回复都在信封里；其余类型不认。"""
        frame = _parsed(raw)
        meta, payload = _table(frame.get("meta")), _table(frame.get("payload"))
        if frame.get("type") == "sys_ack" and meta:
            return Ack(str(meta.get("uuid", "")), str(meta.get("acked_msg_id")))
        return _reply(payload) if frame.get("type") == "sys_std" and payload else None


class Bare:
    """没有信封、没有确认：旧版端口。说话的人与群直接写在 `message_info` 里。"""

    acks = False

    def frame(self, line: Line, *, key: str, platform: str) -> dict[str, Any]:
        """业务消息本身；冒名的字段照样附上，旧版没有密钥可写。"""
        claimed = str(line.claims.get("platform", platform))
        info = _info(line, claimed)
        info["user_info"] = _user(line, claimed)
        if line.group_id:
            info["group_info"] = _group(line, platform)
        extra = {name: line.claims[name] for name in ("meta", "message_dim") if name in line.claims}
        return {
            "message_info": info,
            "message_segment": segment_of(line),
            "raw_message": line.text,
            **extra,
        }

    def read(self, raw: str) -> Ack | Reply | None:
        """有消息段的就是回复。"""
        frame = _parsed(raw)
        return _reply(frame) if frame.get("message_segment") else None


def chat_of(info: Mapping[str, Any]) -> Chat | None:
    """回复发往哪个聊天流；群里以群为准（收信人未必是提问的人）。"""
    # 有的部署把自己的账号写在收信人里，真正送给谁另写一处；那一处优先。
    aimed = _table(info.get("additional_config")).get("platform_io_target_user_id")
    if aimed:
        return ("private", str(aimed))
    receiver = _table(info.get("receiver_info")) or _table(info.get("sender_info")) or info
    group, user = _table(receiver.get("group_info")), _table(receiver.get("user_info"))
    if group.get("group_id"):
        return ("group", str(group["group_id"]))
    return ("private", str(user["user_id"])) if user.get("user_id") else None


def _reply(payload: Mapping[str, Any]) -> Reply:
    text = flatten(payload.get("message_segment")) or json.dumps(payload, ensure_ascii=False)
    return Reply(text, chat_of(_table(payload.get("message_info"))))


def _info(line: Line, platform: str) -> dict[str, Any]:
    info = {"platform": platform, "message_id": line.message_id, "time": time.time()}
    if "additional_config" in line.claims:
        info["additional_config"] = line.claims["additional_config"]
    return info


def _user(line: Line, platform: str) -> dict[str, str]:
    return {
        "platform": platform,
        "user_id": line.user_id,
        "user_nickname": line.nickname,
        "user_cardname": line.nickname,
    }


def _group(line: Line, platform: str) -> dict[str, str]:
    return {"platform": platform, "group_id": line.group_id, "group_name": line.group_name}


def _parsed(raw: str) -> dict[str, Any]:
    try:
        return _table(json.loads(raw))
    except (ValueError, RecursionError):
        return {}


def _table(value: Any) -> dict[str, Any]:
    """对方给的是对象就原样用，不是就当作空的。"""
    return value if isinstance(value, dict) else {}
