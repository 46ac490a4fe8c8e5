"""基准用的话：与规格同一种写法，一问约 730 字节，一确认约 235，一答约 729。"""

from __future__ import annotations

import json

from support.client.dialects import Enveloped
from support.client.lines import Line
from support.model import Owner

KEY, PLATFORM = "bench-key", "qq"
REQUEST, ACK, REPLY = 730, 235, 729
_SLOT = "zx00000000000000"


def request(user: str, token: str = _SLOT, text: str | None = None) -> dict[str, object]:
    """一句问话；不给 `text` 就垫到约定的大小。"""
    if text is None:
        short = len(_dump(request(user, token, "")))
        text = "问" + "a" * (REQUEST - short - 3)
    line = Line(
        token=token, text=f"{text} {token}", owner=Owner("bench"), user_id=user,
        nickname="小雨", message_id=token,
    )  # fmt: skip
    return Enveloped().frame(line, key=KEY, platform=PLATFORM)


def ack() -> bytes:
    """确认的底版，口令处是 %s。"""
    frame = {
        "ver": 1, "msg_id": "0f8fad5b-d9cb-469f-a165-70867728950e", "type": "sys_ack",
        "meta": {"uuid": "7c9e6679-7425-40de-944b-e07fc1f90ae7", "acked_msg_id": "%s",
                 "timestamp": 1700000000.125},
        "payload": {"status": "received", "server_timestamp": 1700000000.125},
    }  # fmt: skip
    return json.dumps(frame, separators=(",", ":")).encode()


def reply() -> bytes:
    """回复的底版，口令处是 %s；垫到约定的大小。"""
    user = {"platform": PLATFORM, "user_id": "u1", "user_nickname": "小雨",
            "user_cardname": "小雨"}  # fmt: skip
    info = {"platform": PLATFORM, "message_id": "send_api_1700000000125", "time": 1700000000.125,
            "receiver_info": {"user_info": user}}  # fmt: skip
    frame = {
        "ver": 1, "msg_id": "msg_0123456789ab_1700000000", "type": "sys_std",
        "meta": {"sender_user": "server", "target_user": "u1", "platform": PLATFORM,
                 "timestamp": 1700000000.125},
        "payload": {"message_info": info, "message_segment": {"type": "text", "data": "%s "},
                    "message_dim": {"api_key": "", "platform": PLATFORM}},
    }  # fmt: skip
    padding = "a" * (REPLY - len(_dump(frame)) - 12)
    frame["payload"]["message_segment"]["data"] += padding  # type: ignore[index]
    return _dump(frame)


def _dump(frame: object) -> bytes:
    return json.dumps(frame, ensure_ascii=False).encode()
