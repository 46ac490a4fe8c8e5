"""压测的热路径：每一帧的认法、两种车道的断因，与基准本身跑得起来。"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
import pytest
from aiohttp import web

from bench.peers.ours import shard
from support.canary import Mint, Numbering, find_raw, find_tokens, is_token
from support.load import account
from support.load import lane as lanes
from support.load.crowd import Voice
from support.load.engine import Engine
from support.load.evidence import Evidence, read_frames, read_sightings
from support.load.journal import RECORD, Journal, What, read_journal
from support.load.lane import Door, Lane
from support.load.plain import MOST_QUEUED
from support.load.profile import LoadProfile
from support.load.rounds import Rounds


def test_numbered_tokens_are_real_tokens() -> None:
    numbering = Numbering(1023)
    for tenant, line in ((0, 0), (1023, (1 << 30) - 1), (5, 1 << 20), (5, 1023)):
        token = numbering.token(tenant, line)
        assert is_token(token)
        assert token.startswith(numbering.prefix(tenant))
        assert numbering.line(token) == line
        assert find_raw(f"前zx{token}后".encode()) == find_tokens(f"前zx{token}后") == [token]


@pytest.fixture
def heard(tmp_path: Path) -> tuple[Engine, Path]:
    journal, evidence = Journal(tmp_path / "events.bin"), Evidence(tmp_path)
    return Engine(shard("ws://127.0.0.1:1/ws", 2, 1.0), journal, evidence), tmp_path


def _closed(engine: Engine) -> list[tuple[int, int, int]]:
    engine._journal.close()
    engine._evidence.close()
    rows = read_journal(Path(engine._journal._file.name))
    return [(int(row["kind"]), int(row["lane"]), int(row["line"])) for row in rows]


def test_every_kind_of_frame_is_recorded(heard: tuple[Engine, Path]) -> None:
    engine, folder = heard
    own, other = engine._numbering.token(0, 7), engine._numbering.token(1, 9)
    stranger, persona = Mint("别处").token(), engine._shard.residents[0].allowed[0]
    engine._waiting[7] = (0, 0.0, None, own.encode())
    engine._lines[own.encode()] = 7
    frames = [
        f'{{"type":"sys_ack","id":"{own}"}}',
        f'{{"text":"{own} {persona}"}}',
        f'{{"text":"{own} 又一遍"}}',
        f'{{"text":"{own} {other} {stranger}"}}',
        f'{{"text":"{other}"}}',
        '{"text":"什么口令也没有"}',
        f'{{"text":"{own[:-1]}u"}}',
    ]
    for frame in frames:
        engine._hear(0, frame.encode())
    foreign = [(What.FOREIGN, 0, 9), (What.FOREIGN, 0, Numbering.line(stranger))]
    again = (What.HEARD, 0, 7)
    assert _closed(engine) == [(What.ACKED, 0, 7), again, again, *foreign, again, foreign[0]]
    assert engine.gauge.replied == 1
    assert not engine._lines
    assert engine._evidence.odd_frames == 2
    assert [one.token for one in read_sightings(folder / "sightings.jsonl")] == [
        other, stranger, other,
    ]  # fmt: skip
    assert len(list(read_frames(folder / "frames.bin"))) == 5


def test_kept_frames_lose_their_keys(tmp_path: Path) -> None:
    evidence = Evidence(tmp_path)
    evidence.keep(3, b'{"api_key":"mmc_abcdefghijkl=="}')
    evidence.close()
    assert list(read_frames(tmp_path / "frames.bin")) == [(3, b'{"api_key":"mmc_"}')]


@asynccontextmanager
async def _listening(answer: Callable[[web.Request], Any]) -> AsyncIterator[str]:
    """一台只有一条路的小服务。"""
    app = web.Application()
    app.router.add_get("/ws", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"ws://127.0.0.1:{runner.addresses[0][1]}/ws"
    await runner.cleanup()


@pytest.fixture
async def rude() -> AsyncIterator[str]:
    """听到“走”就以 1000 关掉，听到“断”就直接断，听到“拆”就分三段回话。"""

    async def answer(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            if message.data == "走":
                await socket.close(code=1000)
            elif message.data == "断":
                assert request.transport is not None
                request.transport.abort()
            elif message.data == "拆":
                assert request.transport is not None
                request.transport.write(b"\x01\x01a\x89\x00\x00\x01b\x80\x01c")
        return socket

    async with _listening(answer) as url:
        yield url


@pytest.mark.parametrize("swift", [True, False], ids=["picows", "aiohttp"])
@pytest.mark.parametrize(
    ("word", "expected"), [("走", (1000, True)), ("断", (1006, False))], ids=["refused", "cut"]
)
async def test_both_lanes_tell_why_it_broke(
    monkeypatch: pytest.MonkeyPatch, rude: str, swift: bool, word: str, expected: tuple[int, bool]
) -> None:
    monkeypatch.setattr(lanes, "SWIFT", swift)
    gone: asyncio.Future[tuple[int, int, bool]] = asyncio.get_running_loop().create_future()
    lane = Lane(4, Door(rude, "qq", 60, 600), lambda *_: None, lambda *why: gone.set_result(why))
    async with aiohttp.ClientSession() as session:
        await lane.open(session)
        assert lane.is_open
        assert lane.send(word.encode())
        assert await asyncio.wait_for(gone, 60) == (4, *expected)
        assert not lane.send(word.encode())
        await lane.close()
    assert not lane.is_open


@pytest.mark.parametrize("swift", [True, False], ids=["picows", "aiohttp"])
async def test_both_lanes_join_split_frames(
    monkeypatch: pytest.MonkeyPatch, rude: str, swift: bool
) -> None:
    monkeypatch.setattr(lanes, "SWIFT", swift)
    heard: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    door = Door(rude, "qq", 60, 600)
    lane = Lane(0, door, lambda _, frame: heard.set_result(frame), lambda *_: None)
    async with aiohttp.ClientSession() as session:
        await lane.open(session)
        lane.send("拆".encode())
        assert await asyncio.wait_for(heard, 60) == b"abc"
        await lane.close()


@pytest.fixture
async def mute() -> AsyncIterator[tuple[str, asyncio.Event]]:
    """关闭握手不应答；听到说要关的时候记下。"""
    asked, over = asyncio.Event(), asyncio.Event()

    async def answer(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(autoclose=False)
        await socket.prepare(request)
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
        asked.set()
        await over.wait()
        return socket

    async with _listening(answer) as url:
        yield url, asked
        over.set()


@pytest.mark.parametrize("swift", [True, False], ids=["picows", "aiohttp"])
async def test_a_farewell_is_awaited_as_long_as_the_greeting(
    monkeypatch: pytest.MonkeyPatch, mute: tuple[str, asyncio.Event], swift: bool
) -> None:
    """对方不应答关闭握手：等多久听配置的。钟由这里拨，不真的等。"""
    monkeypatch.setattr(lanes, "SWIFT", swift)
    loop, (url, asked) = asyncio.get_running_loop(), mute
    real = loop.time
    lane = Lane(0, Door(url, "qq", 600, 6000), lambda *_: None, lambda *_: None)
    async with aiohttp.ClientSession() as session:
        await lane.open(session)
        closing = asyncio.create_task(lane.close())
        await asyncio.wait_for(asked.wait(), 60)
        monkeypatch.setattr(loop, "time", lambda: real() + 300)
        for _ in range(20):
            await asyncio.sleep(0)
        assert not closing.done()
        monkeypatch.setattr(loop, "time", lambda: real() + 700)
        await asyncio.wait_for(closing, 60)


@pytest.fixture
async def slow() -> AsyncIterator[tuple[str, asyncio.Event, list[str]]]:
    """放行之前一个字也不读，放行之后全收下。"""
    reading, heard = asyncio.Event(), []

    async def answer(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        assert request.transport is not None
        request.transport.pause_reading()
        await reading.wait()
        request.transport.resume_reading()
        async for message in socket:
            heard.append(message.data[:8])
            await socket.send_str(message.data[:8])
        return socket

    async with _listening(answer) as url:
        yield url, reading, heard


@pytest.mark.parametrize("swift", [True, False], ids=["picows", "aiohttp"])
async def test_a_slow_reader_holds_back_only_its_own_lane(
    monkeypatch: pytest.MonkeyPatch,
    slow: tuple[str, asyncio.Event, list[str]],
    swift: bool,
) -> None:
    """对方不读：交出的先压着，压满了就说没说成；它又读了，一句不少、次序不乱。"""
    monkeypatch.setattr(lanes, "SWIFT", swift)
    url, reading, heard = slow
    enough, said = asyncio.Event(), []

    def hear(_: int, frame: bytes) -> None:
        if len(said) and frame == said[-1].encode():
            enough.set()

    lane = Lane(0, Door(url, "qq", 60, 600), hear, lambda *_: None)
    async with aiohttp.ClientSession() as session:
        await lane.open(session)
        for number in range(MOST_QUEUED * 20):
            if not lane.send(b"%08d" % number + b"a" * 16_000):
                break
            said.append(f"{number:08d}")
            await asyncio.sleep(0)
        assert MOST_QUEUED < len(said) < MOST_QUEUED * 20
        assert lane.is_open
        reading.set()
        await asyncio.wait_for(enough.wait(), 60)
        await lane.close()
    assert heard == said


class Said:
    """记下谁什么时候开了口；`rounds` 要它马上答就马上答。"""

    def __init__(self) -> None:
        self.lines: list[tuple[int, float]] = []

    def __call__(self, voice: Voice, due: float) -> None:
        self.lines.append((voice.number, due))


def _rounds(said: Said, *, think: float, voices: int = 2) -> Rounds:
    crowd = [Voice(number, 0, number, b"", tuple, (b"",)) for number in range(voices)]
    return Rounds(crowd, LoadProfile(arrival="closed", think=think), 0, said)


async def test_a_user_speaks_again_only_after_an_answer() -> None:
    said = Said()
    rounds = _rounds(said, think=0.0)
    running = asyncio.create_task(rounds.run(time.monotonic() + 600))
    for _ in range(3):
        await asyncio.sleep(0)
    assert [number for number, _ in said.lines] == [0, 1]
    rounds.go_on(rounds._voices[1])
    await asyncio.sleep(0)
    assert [number for number, _ in said.lines] == [0, 1, 1]
    rounds.stop()
    assert not running.done()
    for voice in rounds._voices:
        rounds.go_on(voice)
    await asyncio.wait_for(running, 60)
    assert len(said.lines) == 3


async def test_a_user_whose_line_failed_rests_before_trying_again() -> None:
    said = Said()
    rounds = _rounds(said, think=0.0, voices=1)
    running = asyncio.create_task(rounds.run(time.monotonic() + 600))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    rounds.go_on(rounds._voices[0], failed=True)
    for _ in range(5):
        await asyncio.sleep(0)
    assert len(said.lines) == 1
    assert 0 in rounds._resting
    rounds.stop()
    await asyncio.wait_for(running, 60)


@pytest.mark.parametrize("think", [0.0, 0.01])
async def test_a_user_who_cannot_speak_fails_the_run(think: float) -> None:
    """盘满了，流水写不下：整场报出来，不是悄悄少一位用户、永远等不到头。"""

    def broken(voice: Voice, due: float) -> None:
        raise OSError("盘满了")

    crowd = [Voice(0, 0, 0, b"", tuple, (b"",))]
    rounds = Rounds(crowd, LoadProfile(arrival="closed", think=think), 0, broken)
    with pytest.raises(OSError, match="盘满了"):
        await asyncio.wait_for(rounds.run(time.monotonic() + 600), 60)


@pytest.mark.parametrize("swift", [True, False], ids=["picows", "aiohttp"])
async def test_a_listener_that_fails_is_not_silent(
    monkeypatch: pytest.MonkeyPatch, rude: str, swift: bool
) -> None:
    monkeypatch.setattr(lanes, "SWIFT", swift)
    tried = asyncio.Event()

    def broken(_: int, frame: bytes) -> None:
        tried.set()
        raise OSError("盘满了")

    lane = Lane(0, Door(rude, "qq", 60, 600), broken, lambda *_: None)
    async with aiohttp.ClientSession() as session:
        await lane.open(session)
        lane.send("拆".encode())
        await asyncio.wait_for(tried.wait(), 60)
        with pytest.raises(OSError, match="盘满了"):
            await lane.close()


async def test_stopping_lets_those_who_think_go_home() -> None:
    said = Said()
    rounds = _rounds(said, think=30.0, voices=3)
    running = asyncio.create_task(rounds.run(time.monotonic() + 600))
    await asyncio.sleep(0)
    rounds.stop()
    await asyncio.wait_for(running, 60)
    assert said.lines == []


async def test_stopped_before_it_began_nobody_speaks() -> None:
    said = Said()
    rounds = _rounds(said, think=0.0)
    rounds.stop()
    await asyncio.wait_for(rounds.run(time.monotonic() + 600), 60)
    assert said.lines == []


def test_the_benchmark_compares_a_pair() -> None:
    pytest.importorskip("orjson")
    from bench.run import compare, serving, table

    with serving(None) as server:
        row = compare(server, "ours", 1, 1, 0.1, None)
    assert row.ratio > 0
    assert row.per_second > 0
    assert "本套件的引擎" in table([row])


def test_out_of_order_equals_the_plain_definition() -> None:
    rng = np.random.default_rng(5)
    chats = [0, 1, 1, 4]
    for size in (0, 1, 2, 300):
        rows = np.zeros(2 * size, RECORD)
        said, heard = rows[:size], rows[size:]
        said["kind"], heard["kind"] = What.SAID, What.HEARD
        said["line"] = heard["line"] = np.arange(size)
        said["voice"] = rng.integers(0, 4, size)
        said["at"] = said["due"] = 100 + np.arange(size) * 0.01
        heard["at"] = said["at"] + rng.random(size) * 0.05
        heard["kind"][rng.random(size) < 0.2] = What.ACKED
        lines = account.judge(rows, warm_until=0.0)
        answered = lines.due + lines.latency
        mine = [
            any(
                chats[lines.voice[one]] == chats[lines.voice[two]]
                and lines.said[two] > lines.said[one]
                and answered[two] < answered[one]
                for two in range(size)
            )
            for one in range(size)
        ]
        assert account.out_of_order(lines, chats).tolist() == mine
        assert size < 300 or any(mine)
