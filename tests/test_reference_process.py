"""参考服务当进程跑：就绪行、强杀与重启、体面停止、起不来时的一行话。"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from support.reference.serve import OPERATOR_KEY_ENV, main
from support.reference.store import FILE_NAME, Store
from tests.reference_kit import PATIENCE, Model, Talker, running_model, words_of

ROOT = Path(__file__).resolve().parents[1]
COMMAND = (sys.executable, "-m", "support.reference")


@pytest_asyncio.fixture
async def model() -> AsyncIterator[Model]:
    async with running_model() as running:
        yield running


@contextmanager
def process(
    model_url: str, data: Path, *more: str
) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    env = {**os.environ, "http_proxy": "http://127.0.0.1:1", "HTTP_PROXY": "http://127.0.0.1:1"}
    running = subprocess.Popen(
        [*COMMAND, "--model-url", model_url, "--data", str(data), "--with-parent", *more],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=env,
    )
    assert running.stdin is not None
    assert running.stdout is not None
    try:
        yield running, json.loads(running.stdout.readline())
    finally:
        running.kill()
        running.wait()
        running.stdin.close()
        running.stdout.close()


async def open_key(session: aiohttp.ClientSession, url: str) -> str:
    async def post(path: str, **body: Any) -> Any:
        async with session.post(f"{url}/api/v2{path}", json=body) as response:
            return (await response.json())["data"]

    tenant = (await post("/tenants", tenant_name="甲", tenant_type="personal"))["id"]
    agent = (await post("/agents", tenant_id=tenant, name="麦麦"))["id"]
    key = await post("/api-keys", tenant_id=tenant, agent_id=agent, name="k")
    return str(key["api_key"])


async def test_acked_words_and_queued_replies_survive_kill_9(model: Model, tmp_path: Path) -> None:
    data = tmp_path / "new" / "dir"
    release = model.hold("被杀时在答")
    async with aiohttp.ClientSession() as session:
        with process(model.url, data) as (running, ready):
            assert set(ready) == {"control_url", "message_url", "pid", "name", "version"}
            assert ready["pid"] == running.pid
            key = await open_key(session, ready["control_url"])
            where = {"api_key": key, "platform": "qq"}
            talker = Talker(await session.ws_connect(ready["message_url"], params=where))
            assert "历史" in await talker.ask("历史")
            await talker.send("被杀时在答", msg_id="m1")
            await talker.send("还在排队", msg_id="m2")
            acked = [(await talker.next())["meta"]["acked_msg_id"] for _ in range(2)]
            assert acked == ["m1", "m2"]
            await model.arrived(1, "被杀时在答")
            running.kill()
            running.wait()
        release.set()
        with process(model.url, data) as (running, ready):
            await model.arrived(1, "还在排队")
            talker = Talker(await session.ws_connect(ready["message_url"], params=where))
            heard = [words_of(await talker.next()) for _ in range(2)]
            assert heard == ["答：小雨: 被杀时在答", "答：小雨: 还在排队"]
            await talker.send("重发", msg_id="m1")
            again = await talker.heard_until("哨兵")
            assert [frame["type"] for frame in again] == ["sys_ack"], "重启后仍认得重复"
            assert "历史" in model.calls[-1].prompt


async def test_graceful_stop_with_a_hanging_model_and_later_answer(
    model: Model, tmp_path: Path
) -> None:
    release = model.hold("挂着")
    async with aiohttp.ClientSession() as session:
        with process(model.url, tmp_path, "--model-timeout", "600") as (running, ready):
            key = await open_key(session, ready["control_url"])
            where = {"api_key": key, "platform": "qq"}
            talker = Talker(await session.ws_connect(ready["message_url"], params=where))
            await talker.send("挂着")
            await talker.next()
            await model.arrived(1, "挂着")
            running.terminate()
            assert await talker.close_code() == 1012
            # 模型永远不答，它自己的限时是 600 秒：60 秒内退得出，就是没有等。
            assert running.wait(PATIENCE) == 0
        release.set()
        with process(model.url, tmp_path) as (running, ready):
            talker = Talker(await session.ws_connect(ready["message_url"], params=where))
            assert words_of(await talker.next()) == "答：小雨: 挂着"
            assert running.stdin is not None
            running.stdin.close()
            assert running.wait(PATIENCE) == 0, "父进程没了就自己退出"


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """在本进程里启动，必须起不来：退出码 2、标准错误恰好一行。"""

    def start(data: Path, *more: str) -> str:
        argv = ["--model-url", "http://127.0.0.1:9", "--data", str(data), *more]
        assert main(argv) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert len(err.strip().splitlines()) == 1, err
        return err

    return start


def test_a_taken_port_is_one_line_and_exit_2(tmp_path: Path, refused: Callable[..., str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert port in refused(tmp_path, "--message-port", port)


@pytest.mark.parametrize("content", [b"garbage" * 1000, b"SQLite format 3\x00" + b"\xff" * 9000])
def test_a_corrupt_database_is_one_line_and_exit_2(
    tmp_path: Path, content: bytes, refused: Callable[..., str]
) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    assert FILE_NAME in refused(tmp_path)


def test_a_data_path_that_is_a_file_is_one_line_and_exit_2(
    tmp_path: Path, refused: Callable[..., str]
) -> None:
    (tmp_path / "file").write_text("x")
    assert "file" in refused(tmp_path / "file")


@pytest.mark.parametrize("value", [None, ""])
def test_auth_without_an_operator_key_is_one_line_and_exit_2(
    tmp_path: Path,
    refused: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    value: str | None,
) -> None:
    monkeypatch.delenv(OPERATOR_KEY_ENV, raising=False)
    if value is not None:
        monkeypatch.setenv(OPERATOR_KEY_ENV, value)
    assert OPERATOR_KEY_ENV in refused(tmp_path, "--auth")


async def test_auth_is_a_switch(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(OPERATOR_KEY_ENV, "op-secret")
    async with aiohttp.ClientSession() as session:
        for switch, without in (((), 200), (("--auth",), 401)):
            with process(model.url, tmp_path, *switch) as (_, ready):
                url = ready["control_url"] + "/api/v2/tenants"
                async with session.get(url) as response:
                    assert response.status == without
                async with session.get(url, headers={"X-API-Key": "op-secret"}) as response:
                    assert response.status == 200
                assert "op-secret" not in str(ready)


def test_two_servers_do_not_share_a_data_folder(
    tmp_path: Path, refused: Callable[..., str]
) -> None:
    first = Store(tmp_path)
    assert "占用" in refused(tmp_path)
    first.close()
