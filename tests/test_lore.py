"""图片：同名的逐字节相同，异名的不同，都是读得懂的 PNG。"""

from __future__ import annotations

import base64
import struct
import zlib

from support.client.lines import Line, segment_of
from support.model import Owner
from support.play.lore import draw


def test_pictures_of_one_name_are_identical() -> None:
    assert draw("合影") == draw("合影")
    assert draw("合影") != draw("早安")


def test_a_picture_is_a_whole_png() -> None:
    body = base64.b64decode(draw("合影"))
    assert body.startswith(b"\x89PNG\r\n\x1a\n")
    at, kinds = 8, []
    while at < len(body):
        size, kind = struct.unpack(">I4s", body[at : at + 8])
        data, checksum = body[at + 8 : at + 8 + size], body[at + 8 + size : at + 12 + size]
        assert struct.unpack(">I", checksum)[0] == zlib.crc32(kind + data)
        kinds.append(kind)
        at += 12 + size
    assert kinds == [b"IHDR", b"IDAT", b"IEND"]


def test_a_line_with_segments_is_a_list_ending_in_its_text() -> None:
    owner = Owner("甲")
    plain = Line("zx1", "你好", owner, "u1", "小王", "m-1")
    shown = Line("zx1", "你好", owner, "u1", "小王", "m-1", segments=({"type": "reply"},))
    assert segment_of(plain) == {"type": "text", "data": "你好"}
    assert segment_of(shown) == {
        "type": "seglist",
        "data": [{"type": "reply"}, {"type": "text", "data": "你好"}],
    }
