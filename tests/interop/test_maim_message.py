"""与别人写的 maim-message 互通，两个方向：我们的客户端对它的服务端，它的客户端对参考服务。

要联网装包，约两分钟，因此平常不跑：``MAISPEC_INTEROP=1 python -m pytest tests/interop``。
值写成目录时，装好的环境留在那里，下次直接用；写 1 就装在临时目录里，用完即弃。
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from support.client.stream import Fate
from support.model import Kind
from tests.reference_kit import PATIENCE, running_lab
from tests.test_transports import Caller

WANTED = os.environ.get("MAISPEC_INTEROP", "")
HERE = Path(__file__).parent
GOOD, OTHER, BAD = "mmc_bm9idWRpZXM=", "mmc_bmVpZ2hib3Vy", "mmc_Zm9yZ2Vk"
#: 版本 → 它说的接法。
VERSIONS = {"0.6.8": "native", "0.7.5": "socketio"}

pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(not WANTED, reason="要装 maim-message 的两个版本：设 MAISPEC_INTEROP=1"),
]


@dataclass(frozen=True)
class Package:
    """装着一个版本的环境。"""

    version: str
    transport: str
    python: Path

    def run(self, script: str, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(self.python), str(HERE / script), *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, encoding="utf-8", env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        )  # fmt: skip


@pytest.fixture(scope="module", params=VERSIONS)
def package(request, tmp_path_factory) -> Package:
    version = request.param
    base = tmp_path_factory.mktemp("interop") if WANTED == "1" else Path(WANTED)
    home = base / version
    python = home / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        install = [str(python), "-m", "pip", "install", "-q", f"maim-message=={version}"]
        subprocess.run(install, check=True, stderr=subprocess.DEVNULL)
    return Package(version, VERSIONS[version], python)


@contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# ---- 我们的客户端，它的服务端 ---------------------------------------------------------


@pytest.fixture
def their_server(package: Package) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    port = free_port()
    with ended(package.run("maim_server.py", str(port), GOOD, OTHER)) as server:
        while not (line := server.stdout.readline()).startswith("ready"):
            assert line, f"maim-message {package.version} 的服务端没有起来"
        yield f"ws://127.0.0.1:{port}/ws", server


@pytest_asyncio.fixture
async def call(package: Package, their_server):
    async with aiohttp.ClientSession() as session:
        callers = []

        def make(key: str, **options) -> Caller:
            one = Caller(session, their_server[0], package.transport, key, **options)
            callers.append(one)
            return one

        yield make
        for one in callers:
            await one.connection.close()


async def test_our_lines_are_acked_and_answered_by_their_server(call) -> None:
    one = call(GOOD)
    tokens = [await one.say(), await one.say(group="g1"), await one.say()]
    assert await one.connection.acked(tokens, patience=PATIENCE)
    assert [await one.fate(token) for token in tokens] == [Fate.REPLIED] * 3
    heard = {event.token: event.by.chat for event in one.noted(Kind.HEARD)}
    assert heard == dict(zip(tokens, ("private:u1", "group:g1", "private:u1"), strict=True))
    assert not [event for event in one.noted(Kind.HEARD) if event.data.get("odd")]


async def test_their_server_turns_a_bad_key_away(call) -> None:
    assert await call(BAD).ask() is Fate.REFUSED
    assert await call(GOOD).ask() is Fate.REPLIED


async def test_their_server_tells_two_keys_apart(call) -> None:
    one, other = call(GOOD), call(OTHER)
    await other.connection.open()
    assert await one.ask() is Fate.REPLIED
    assert await other.ask() is Fate.REPLIED
    assert (len(one.noted(Kind.HEARD)), len(other.noted(Kind.HEARD))) == (1, 1)


async def test_the_decoy_is_where_their_server_does_not_look(call) -> None:
    bystander = call(OTHER)
    await bystander.connection.open()
    assert await call(GOOD, header_key=OTHER).ask() is Fate.REPLIED
    assert await call(BAD, header_key=OTHER).ask() is Fate.REFUSED
    assert await bystander.ask() is Fate.REPLIED
    assert len(bystander.noted(Kind.HEARD)) == 1


async def test_a_killed_server_leaves_the_outcome_open(call, their_server) -> None:
    one = call(GOOD)
    assert await one.ask() is Fate.REPLIED
    their_server[1].kill()
    their_server[1].wait()
    await one.connection.reader
    assert not one.connection._wire.refused


# ---- 我们的旧版直连，它的旧版服务端 ---------------------------------------------------


@pytest_asyncio.fixture
async def legacy(package: Package):
    if package.version == "0.7.5":
        pytest.skip("0.7.5 没有声明它的旧版端口要用的 websockets，连上只得到 404")
    port = free_port()
    with ended(package.run("maim_legacy_server.py", str(port), GOOD, OTHER)) as server:
        for _ in range(600):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            assert server.poll() is None, f"maim-message {package.version} 的旧版服务端没有起来"
            await asyncio.sleep(0.1)
        async with aiohttp.ClientSession() as session:
            yield lambda key: Caller(session, f"ws://127.0.0.1:{port}/ws", "legacy", key)


async def test_the_legacy_server_answers_bare_lines(legacy) -> None:
    one = legacy(GOOD)
    tokens = [await one.say(), await one.say(group="g1")]
    assert [await one.fate(token) for token in tokens] == [Fate.REPLIED] * 2
    heard = {event.token: event.by.chat for event in one.noted(Kind.HEARD)}
    assert heard == dict(zip(tokens, ("private:u1", "group:g1"), strict=True))
    assert not one.noted(Kind.ACKED)


async def test_the_legacy_server_turns_a_bad_token_away(legacy) -> None:
    one = legacy(BAD)
    assert await one.ask() is Fate.REFUSED
    assert [event.data["code"] for event in one.noted(Kind.CLOSED)] == [1008]


async def test_the_newest_legacy_connection_wins(legacy) -> None:
    one, other = legacy(GOOD), legacy(OTHER)
    assert await one.ask() is Fate.REPLIED
    assert await other.ask() is Fate.REPLIED
    await asyncio.wait_for(one.connection.reader, PATIENCE)
    assert not one.connection._wire.refused


# ---- 它的客户端，我们的参考服务 --------------------------------------------------------


class Guest:
    """它的客户端：一行一件事。"""

    def __init__(self, package: Package, url: str, key: str, group: str, *texts: str) -> None:
        self.process = package.run("maim_client.py", url, key, "qq", group, *texts)

    def next(self) -> dict:
        while True:
            line = self.process.stdout.readline()
            assert line, "它的客户端提前退出了"
            if line.startswith("{"):
                return json.loads(line)

    def say(self, text: str) -> dict:
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()
        return self.next()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


async def test_their_client_is_served(package: Package, data: Path) -> None:
    async with running_lab(data, transport=package.transport) as lab:
        party = await lab.party()
        guest = Guest(package, lab.server.message_url, party.key, "-", "你好", "再说一句", "三")
        with ended(guest.process):
            assert (await asyncio.to_thread(guest.next)) == {"connected": True}
            for text in ("你好", "再说一句", "三"):
                reply = (await asyncio.to_thread(guest.next))["reply"]
                assert reply["type"] == "text"
                assert reply["data"].endswith(text)
            assert (await asyncio.to_thread(guest.say, "四"))["reply"]["data"].endswith("四")


async def test_their_client_is_served_in_a_group(package: Package, data: Path) -> None:
    async with running_lab(data, transport=package.transport) as lab:
        party = await lab.party()
        guest = Guest(package, lab.server.message_url, party.key, "g1", "大家好")
        with ended(guest.process):
            assert (await asyncio.to_thread(guest.next)) == {"connected": True}
            quoted, text = (await asyncio.to_thread(guest.next))["reply"]["data"]
            assert quoted == {"type": "reply", "data": "m0"}
            assert text["data"].endswith("大家好")


async def test_their_client_is_turned_away_with_a_bad_key(package: Package, data: Path) -> None:
    async with running_lab(data, transport=package.transport) as lab:
        await lab.party()
        guest = Guest(package, lab.server.message_url, BAD, "-", "有人吗")
        with ended(guest.process):
            await asyncio.to_thread(guest.next)
            assert (await asyncio.to_thread(guest.next))["reply"] is None
        assert not lab.model.calls


async def test_a_revoked_key_cuts_their_client_off(package: Package, data: Path) -> None:
    """它断开之后会一遍遍重连：每次都不放行，话也说不进来。"""
    async with running_lab(data, transport=package.transport) as lab:
        party = await lab.party()
        guest = Guest(package, lab.server.message_url, party.key, "-", "在吗")
        with ended(guest.process):
            await asyncio.to_thread(guest.next)
            assert (await asyncio.to_thread(guest.next))["reply"]["data"].endswith("在吗")
            await lab.call("POST", f"/api-keys/{party.key_id}/disable")
            assert (await asyncio.to_thread(guest.say, "还在吗"))["reply"] is None
            assert not lab.server.connections._all()
        assert len(lab.model.calls) == 1
