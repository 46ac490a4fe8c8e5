"""缓过来：真的观察站、真的请求；部署还在问大模型就不算完。"""

import asyncio

import aiohttp
import pytest
from aiohttp import web

from support.client.provider import Provider
from support.errors import Inconclusive
from support.ledger import Ledger
from support.model import Event, Kind, Owner
from support.observer.server import build_app
from support.play.recovery import calm_down, was_stirred


@pytest.fixture
async def deployment(tmp_path):
    """一座观察站、它的客户端，与一个“部署”：`ask` 问一次大模型；取走的归属记在 `taken`。"""
    runner = web.AppRunner(build_app(token="t"), handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    owner, taken = Owner(tenant="甲"), asyncio.Queue()

    def attribute(row):
        taken.put_nowait(row["seq"])
        return owner, "", "上一场"

    async with aiohttp.ClientSession() as session:
        ledger = Ledger(tmp_path / "ledger.jsonl")
        provider = Provider(session, base, "t", ledger, timeout=60, attribute=attribute)

        async def ask():
            body = {"model": "m", "messages": [{"role": "user", "content": "在吗"}]}
            async with session.post(f"{base}/v1/chat/completions", json=body) as reply:
                assert reply.status == 200

        yield provider, ledger, ask, taken
        ledger.close()
    await runner.cleanup()


async def test_a_quiet_deployment_has_recovered(deployment):
    provider, _, ask, _ = deployment
    await ask()
    assert await provider.settles(quiet=0.05, limit=60)


async def test_what_is_still_asked_is_waited_for_and_recorded(deployment):
    provider, ledger, ask, taken = deployment
    # 头一问之前先等着：每一问都把它唤醒、当即取走，它接着等；600 秒才算静，问得多慢都不算。
    waiting = asyncio.create_task(provider.settles(quiet=600, limit=600))
    for number in (1, 2, 3):
        await ask()
        assert await asyncio.wait_for(taken.get(), 60) == number
    assert not waiting.done()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    told = [event.scenario for event in ledger.events if event.kind is Kind.PROMPT]
    assert told == ["上一场"] * 3


async def test_a_deployment_that_goes_on_asking_is_given_up(deployment):
    provider, _, ask, _ = deployment

    async def go_on():
        while True:
            await ask()

    busy = asyncio.create_task(go_on())
    try:
        with pytest.raises(Inconclusive, match="余波没有过去"):
            await calm_down(provider, patience=0.05, quiet=600, limit=4)
    finally:
        busy.cancel()
        await asyncio.gather(busy, return_exceptions=True)


def test_only_a_disturbance_stirs():
    def event(kind):
        return Event(seq=1, kind=kind, mono=0.0, wall=0.0, scenario="s")

    assert was_stirred([event(Kind.SAID), event(Kind.FAULT)])
    assert not was_stirred([event(Kind.SAID)])
