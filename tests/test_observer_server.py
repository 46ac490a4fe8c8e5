"""观察站整站：真实套接字、真实 openai 客户端、真实子进程。"""

import asyncio
import json
import signal
import subprocess
import sys
import time

import aiohttp
import openai
import pytest
from aiohttp import web

from support.canary import Mint, find_tokens
from support.observer.control import HEADER
from support.observer.records import fingerprint
from support.observer.serve import TOKEN_ENV
from support.observer.server import build_app

KEY = "sk-observer-test-key-1234"


class Station:
    """测试里的一座观察站与它的控制面客户端。"""

    def __init__(self, base, session):
        self.base, self.session = base, session

    def client(self, key=KEY):
        http = openai.DefaultAsyncHttpxClient(trust_env=False)
        return openai.AsyncOpenAI(
            base_url=f"{self.base}/v1", api_key=key, http_client=http, max_retries=0, timeout=60
        )

    async def control(self, method, path, token="t", **rest):
        url = f"{self.base}/_observer{path}"
        async with self.session.request(method, url, headers={HEADER: token}, **rest) as reply:
            return reply.status, await reply.read()

    async def ask(self, method, path, **rest):
        status, body = await self.control(method, path, **rest)
        assert status == 200, body
        return json.loads(body)

    async def rule(self, **body):
        return (await self.ask("POST", "/rules", json=body))["id"]

    async def records(self, query="after=0"):
        return (await self.ask("GET", f"/records?{query}"))["records"]


@pytest.fixture
async def station():
    runner = web.AppRunner(build_app(token="t"), handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as session:
        yield Station(f"http://127.0.0.1:{runner.addresses[0][1]}", session)
    await runner.cleanup()


def say(text, **rest):
    return {"model": "m", "messages": [{"role": "user", "content": text}], **rest}


async def say_to(station, text, key=KEY, **rest):
    async with station.client(key) as client:
        reply = await client.chat.completions.create(**say(text, **rest))
        return reply.choices[0].message.content


async def stream_to(station, text):
    async with station.client() as client:
        stream = await client.chat.completions.create(
            **say(text, stream=True, stream_options={"include_usage": True})
        )
        return [chunk async for chunk in stream]


def joined(chunks):
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


async def test_openai_client_gets_the_answer_and_the_record_is_already_final(station):
    token = Mint("a").token()
    answer = await say_to(station, f"周三有什么安排{token}", temperature=0.3)
    (record,) = await station.records()
    assert find_tokens(answer) == [token]
    assert (record["outcome"], record["answer"]) == ("answered", answer)
    assert (record["path"], record["model"]) == ("/v1/chat/completions", "m")
    assert record["params"] == {"temperature": 0.3}
    assert record["prompt"] == f"user: 周三有什么安排{token}"
    assert record["key_fp"] == fingerprint(KEY)
    assert KEY not in json.dumps(record)


async def test_streaming_gives_the_same_words_in_several_pieces(station):
    token = Mint("b").token()
    chunks = await stream_to(station, f"再说一遍{token}")
    assert joined(chunks) == await say_to(station, f"再说一遍{token}")
    assert len(chunks) > 4
    assert chunks[-1].usage.total_tokens > 0


async def test_embeddings_and_models_work_with_and_without_the_prefix(station):
    async with station.client() as client:
        reply = await client.embeddings.create(model="e", input=["你好", "再见"], dimensions=8)
        models = await client.models.list()
    async with station.session.post(
        f"{station.base}/embeddings", json={"model": "e", "input": "你好", "dimensions": 8}
    ) as plain:
        bare = (await plain.json())["data"][0]["embedding"]
    assert [len(item.embedding) for item in reply.data] == [8, 8]
    assert reply.data[0].embedding == pytest.approx(bare, abs=1e-6)
    assert models.data
    assert [record["path"] for record in await station.records()] == [
        "/v1/embeddings",
        "/embeddings",
    ]


async def test_barrier_holds_only_its_own_and_releases_on_delete(station):
    rule = await station.rule(action="hold", match={"key_fp": fingerprint("key-of-tenant-A")})
    held = [asyncio.ensure_future(say_to(station, "甲", key="key-of-tenant-A")) for _ in range(2)]
    arrived = await station.ask("GET", f"/rules/{rule}?held=2&wait=60")
    assert arrived == {"id": rule, "hits": 2, "held": 2}
    await say_to(station, "乙", key="key-of-tenant-B")
    assert [record["outcome"] for record in await station.records()] == [
        "held",
        "held",
        "answered",
    ]
    assert not any(task.done() for task in held)
    freed = await station.ask("DELETE", f"/rules/{rule}?wait=60")
    assert freed["held"] == 0
    assert {record["outcome"] for record in await station.records()} == {"answered"}
    assert all(await asyncio.gather(*held))
    assert (await station.control("GET", f"/rules/{rule}"))[0] == 404


async def test_a_caller_that_hangs_up_at_the_barrier_is_recorded_as_gone(station):
    rule = await station.rule(action="hold")
    caller = asyncio.ensure_future(say_to(station, "甲"))
    await station.ask("GET", f"/rules/{rule}?held=1&wait=60")
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    for _ in range(200):
        (record,) = await station.records()
        if record["outcome"] == "gone":
            break
    assert record["outcome"] == "gone"
    assert (await station.ask("GET", f"/rules/{rule}"))["held"] == 0


async def test_status_fault_is_an_openai_style_error(station):
    await station.rule(action="status", status=429, times=1)
    with pytest.raises(openai.RateLimitError) as caught:
        await say_to(station, "喂")
    assert caught.value.code == "rate_limit_exceeded"
    assert await say_to(station, "喂")
    assert [record["outcome"] for record in await station.records()] == ["status 429", "answered"]


async def test_cut_fault_breaks_the_connection_mid_body(station):
    await station.rule(action="cut")
    with pytest.raises(openai.APIConnectionError):
        await say_to(station, "喂")
    async with station.client() as client:
        stream = await client.chat.completions.create(**say("喂", stream=True))
        assert await stream.__anext__()
        with pytest.raises(openai.APIConnectionError):
            [chunk async for chunk in stream]
    assert [record["outcome"] for record in await station.records()] == ["cut", "cut"]


async def test_malformed_fault_is_a_200_that_nobody_can_parse(station):
    await station.rule(action="malformed")
    for stream in (False, True):
        async with station.session.post(
            f"{station.base}/v1/chat/completions", json=say("喂", stream=stream)
        ) as reply:
            body = (await reply.text()).removeprefix("data: ").strip()
            assert reply.status == 200
        with pytest.raises(ValueError, match="Unterminated"):
            json.loads(body)
    assert {record["outcome"] for record in await station.records()} == {"malformed"}


async def test_empty_say_and_delay(station):
    rule = await station.rule(action="empty")
    assert await say_to(station, "喂") == ""
    assert joined(await stream_to(station, "喂")) == ""
    await station.ask("DELETE", f"/rules/{rule}")
    rule = await station.rule(action="say", say="按稿子念")
    assert await say_to(station, "喂") == "按稿子念"
    await station.ask("DELETE", f"/rules/{rule}")
    await station.rule(action="delay", seconds=0.2)
    began = time.monotonic()
    assert await say_to(station, "喂")
    assert time.monotonic() - began >= 0.2


async def test_silent_fault_answers_nothing_until_the_caller_gives_up(station):
    await station.rule(action="silent", times=1)
    caller = asyncio.ensure_future(say_to(station, "喂"))
    assert await station.records("after=0&wait=60")
    # 后来的都答了，它还在等：不是慢，是不答。
    assert await say_to(station, "再问")
    assert not caller.done()
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    assert [record["outcome"] for record in await station.records()] == ["silent", "answered"]


async def test_long_poll_wakes_up_on_the_next_record_and_times_out_without(station):
    waiting = asyncio.ensure_future(station.records("after=0&wait=60"))
    assert await station.records("after=0&wait=0.1") == []
    assert not waiting.done()
    await say_to(station, "喂")
    (record,) = await asyncio.wait_for(waiting, 60)
    assert record["seq"] == 1


async def test_unreadable_request_is_answered_400_and_still_recorded(station):
    url = f"{station.base}/v1/chat/completions"
    async with station.session.post(url, data=b"{zx") as reply:
        body = await reply.json()
    (record,) = await station.records()
    assert (reply.status, body["error"]["type"]) == (400, "invalid_request_error")
    assert (record["outcome"], record["prompt"]) == ("status 400", "{zx")


async def test_control_needs_the_token_and_says_what_is_wrong(station):
    for path in ("/records", "/rules/r1", "/nowhere"):
        assert (await station.control("GET", path, token="猜的".encode().decode("latin1")))[
            0
        ] == 404
    status, body = await station.control("POST", "/rules", json={"action": "explode"})
    assert status == 400
    assert "hold" in body.decode()
    assert (await station.control("GET", "/records?after=x"))[0] == 400


class Process:
    """子进程里的观察站。"""

    def __init__(self, *args, env=None):
        self.child = subprocess.Popen(
            [sys.executable, "-m", "support.observer", *args],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=env,
        )
        self.ready = json.loads(self.child.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.child.kill()
        self.child.communicate()


def test_process_carries_no_heavy_luggage():
    """每次运行都要起它：引入慢的模块一个也不带，才起得快。"""
    heavy = "{'openai', 'behave', 'rich', 'allure_commons', 'socketio'}"
    code = f"import sys, support.observer.serve; print(*{heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_process_makes_its_own_token(monkeypatch):
    monkeypatch.delenv(TOKEN_ENV, raising=False)
    with Process() as process:
        assert process.ready["model_url"] == process.ready["control_url"] + "/v1"
        assert process.ready["pid"] == process.child.pid
        assert len(process.ready["token"]) >= 16


@pytest.mark.parametrize("how", ["term", "eof"])
async def test_process_stops_at_once_even_with_a_held_call(monkeypatch, how):
    monkeypatch.setenv(TOKEN_ENV, "t")
    with Process("--with-parent") as process:
        assert "token" not in process.ready
        async with aiohttp.ClientSession() as session:
            station = Station(process.ready["control_url"], session)
            rule = await station.rule(action="hold")
            caller = asyncio.ensure_future(say_to(station, "甲"))
            await station.ask("GET", f"/rules/{rule}?held=1&wait=60")
            poll = asyncio.ensure_future(station.records("after=9&wait=600"))
            if how == "term":
                process.child.send_signal(signal.SIGTERM)
            else:
                process.child.stdin.close()
                process.child.stdin = None
            # 按住的永远不放，长轮询要等 600 秒：60 秒内退得出，就是谁也没有等。
            code = await asyncio.to_thread(process.child.wait, 60)
            await asyncio.gather(caller, poll, return_exceptions=True)
    assert code == 0


def test_process_reports_a_busy_port_in_one_line():
    with Process() as process:
        port = process.ready["control_url"].rpartition(":")[2]
        second = subprocess.run(
            [sys.executable, "-m", "support.observer", "--listen", f"127.0.0.1:{port}"],
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert second.returncode == 2
    assert second.stderr.strip().splitlines() == [
        f"观察站启动不了：127.0.0.1:{port} 已被占用；换一个端口，或写 0 任选"
    ]
