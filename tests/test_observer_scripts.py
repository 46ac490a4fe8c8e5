"""观察站的剧本与直通：真实套接字、真实 openai 客户端；上游就是另一座观察站。"""

import json
from contextlib import asynccontextmanager

import aiohttp
import openai
import pytest
from aiohttp import web

from support.observer import scripts
from support.observer.call import Call, Said, ToolCall
from support.observer.control import HEADER
from support.observer.server import build_app
from support.observer.upstream import Upstream

WEATHER = {"type": "function", "function": {"name": "weather", "parameters": {}}}


@asynccontextmanager
async def serving(**options):
    runner = web.AppRunner(build_app(token="t", **options), handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def client(base, key="sk-test-only-1234"):
    http = openai.DefaultAsyncHttpxClient(trust_env=False)
    return openai.AsyncOpenAI(base_url=f"{base}/v1", api_key=key, http_client=http, max_retries=0)


async def control(base, method, path, **rest):
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, f"{base}/_observer{path}", headers={HEADER: "t"}, **rest) as reply,
    ):
        return await reply.json()


async def records(base):
    return (await control(base, "GET", "/records"))["records"]


def toolish(call: Call) -> Said:
    """问天气就调工具，看过结果就说话；工具名与旧的调用都要读得出来。"""
    if call.tools == ("weather",) and not any(m.role == "tool" for m in call.messages):
        return Said(calls=(ToolCall("weather", {"city": "杭州"}),), kind="planner")
    old = [m.calls[0].arguments["city"] for m in call.messages if m.calls]
    return Said(f"{old}晴")


@pytest.fixture
def tool_script(monkeypatch):
    monkeypatch.setattr(scripts, "load", lambda name: toolish)


@pytest.mark.parametrize("stream", [False, True])
async def test_tool_calls_round_trip_with_the_openai_client(tool_script, stream):
    asked = [{"role": "user", "content": "杭州天气"}]
    async with serving() as base, client(base) as model:
        ask = model.chat.completions.create
        if stream:
            chunks = [
                chunk
                async for chunk in await ask(
                    model="m", messages=asked, tools=[WEATHER], stream=True
                )
            ]
            deltas = [chunk.choices[0].delta for chunk in chunks]
            (call,) = [delta.tool_calls[0] for delta in deltas if delta.tool_calls]
            finish = chunks[-1].choices[0].finish_reason
            said = {
                "role": "assistant",
                "content": "",
                "tool_calls": [call.model_dump(exclude={"index"})],
            }
        else:
            choice = (await ask(model="m", messages=asked, tools=[WEATHER])).choices[0]
            (call,) = choice.message.tool_calls
            finish, said = choice.finish_reason, choice.message.model_dump(exclude_none=True)
        assert (finish, json.loads(call.function.arguments)) == ("tool_calls", {"city": "杭州"})
        result = {"role": "tool", "tool_call_id": call.id, "content": "晴"}
        final = await ask(model="m", messages=[*asked, said, result], tools=[WEATHER])
        first, second = await records(base)
    assert final.choices[0].message.content == "['杭州']晴"
    assert (first["kind"], second["kind"]) == ("planner", "reply")
    assert "weather" in first["answer"]


async def test_a_say_rule_speaks_only_where_users_hear_it(tool_script):
    asked = [{"role": "user", "content": "杭州天气"}]
    async with serving() as base, client(base) as model:
        await control(base, "POST", "/rules", json={"action": "say", "say": "按稿子念"})
        planned = await model.chat.completions.create(model="m", messages=asked, tools=[WEATHER])
        spoken = await model.chat.completions.create(model="m", messages=asked)
    assert planned.choices[0].message.tool_calls
    assert spoken.choices[0].message.content == "按稿子念"


async def test_pass_through_only_records_and_hides_the_upstream_key():
    asked = [{"role": "user", "content": "在吗"}]
    async with (
        serving() as upper,
        serving(upstream=Upstream(f"{upper}/v1", "sk-upstream-secret-1")) as base,
        client(base) as model,
    ):
        await control(upper, "POST", "/rules", json={"action": "say", "say": "真模型说的"})
        whole = await model.chat.completions.create(model="m", messages=asked)
        stream = await model.chat.completions.create(model="m", messages=asked, stream=True)
        pieces = "".join([c.choices[0].delta.content or "" async for c in stream])
        vectors = await model.embeddings.create(model="e", input=["你好"], dimensions=8)
        here, there = await records(base), await records(upper)
    assert whole.choices[0].message.content == pieces == "真模型说的"
    assert len(vectors.data[0].embedding) == 8
    assert [row["answer"] for row in here] == ["真模型说的", "真模型说的", ""]
    assert [row["kind"] for row in here] == ["reply", "reply", "embedding"]
    assert here[0]["key_fp"] != there[0]["key_fp"]
    assert "upstream-secret" not in json.dumps(here)


async def test_pass_through_still_obeys_rules_and_passes_errors_on():
    asked = [{"role": "user", "content": "在吗"}]
    async with (
        serving() as upper,
        serving(upstream=Upstream(f"{upper}/v1", "k")) as base,
        client(base) as model,
    ):
        own = (await control(base, "POST", "/rules", json={"action": "status", "status": 503}))[
            "id"
        ]
        with pytest.raises(openai.InternalServerError):
            await model.chat.completions.create(model="m", messages=asked)
        assert await records(upper) == []
        await control(base, "DELETE", f"/rules/{own}")
        await control(upper, "POST", "/rules", json={"action": "status", "status": 429})
        with pytest.raises(openai.RateLimitError):
            await model.chat.completions.create(model="m", messages=asked)
        assert (await records(base))[-1]["outcome"] == "status 429"


async def test_an_absent_upstream_is_a_502_that_says_what_to_check():
    async with serving(upstream=Upstream("http://127.0.0.1:9/v1", "k")) as base:
        async with client(base) as model:
            with pytest.raises(openai.InternalServerError, match="--upstream"):
                await model.chat.completions.create(model="m", messages=[])
        assert (await records(base))[0]["outcome"] == "status 502"
