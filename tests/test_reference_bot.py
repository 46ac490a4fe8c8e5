"""参考服务的机器人：记得什么、听谁的设置、兜底、次序、公平。"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from support.reference.bot import FALLBACK
from support.reference.turnstile import Turnstile
from tests.reference_kit import Lab, Model, running_lab, running_model, say, words_of


@pytest_asyncio.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    async with running_lab(tmp_path) as running:
        yield running


async def test_prompt_is_system_then_lines_and_ends_with_the_question(lab: Lab) -> None:
    tenant = await lab.tenant()
    agent = await lab.agent(
        tenant, name="阿麦", description="爱读书", config={"persona": {"a": "稳重", "b": ["慢"]}}
    )
    talker = await lab.connect(await lab.party(tenant=tenant, agent=agent))
    await talker.ask("第一句", group="g1", user="u1", nickname="小雨")
    await talker.ask("第二句", group="g1", user="u2", nickname="小王")
    messages = lab.model.calls[-1].messages
    assert [message["role"] for message in messages] == ["system", "user", "assistant", "user"]
    for part in ("阿麦", "稳重", "慢", "爱读书", "读书会", "qq"):
        assert part in messages[0]["content"]
    assert [message["content"] for message in messages[1:]] == [
        "小雨: 第一句",
        "答：小雨: 第一句",
        "小王: 第二句",
    ]


async def test_only_the_last_thirty_lines(lab: Lab) -> None:
    talker = await lab.connect(await lab.party())
    for number in range(20):
        await talker.ask(f"第{number}句。")
    messages = lab.model.calls[-1].messages
    assert len(messages) == 31
    assert messages[-1]["content"].endswith("第19句。")
    assert "第4句。" in messages[1]["content"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"user": "1"}, {"user": "u", "group": "1"}),
        ({"user": "u", "group": "g1"}, {"user": "u", "group": "g2"}),
        ({"user": "bob"}, {"user": "Bob"}),
        ({"user": "1"}, {"user": " 1"}),
        ({"user": "1"}, {"user": "１"}),
        ({"user": "é"}, {"user": "e\u0301"}),
        ({"user": "a" * 10_000 + "x"}, {"user": "a" * 10_000 + "y"}),
        ({"user": "u\u200b"}, {"user": "u"}),
    ],
)
async def test_chats_differ_by_kind_and_exact_id(
    lab: Lab, first: dict[str, str], second: dict[str, str]
) -> None:
    talker = await lab.connect(await lab.party())
    await talker.ask("暗号青铜", **first)
    await talker.ask("别处问", **second)
    assert "青铜" not in lab.model.calls[-1].prompt
    await talker.ask("原处问", **first)
    assert "青铜" in lab.model.calls[-1].prompt
    assert "别处问" not in lab.model.calls[-1].prompt


async def test_tenant_agent_and_platform_each_separate_history_and_memory(lab: Lab) -> None:
    home = await lab.party()
    cousin = await lab.party(tenant=home.tenant)
    stranger = await lab.party()
    for group in (None, "g1"):
        mark = "群" if group else "私"
        talker = await lab.connect(home)
        await talker.ask(f"记住：{mark}里的青铜", group=group)
        for place in (cousin, stranger):
            await (await lab.connect(place)).ask("青什么", group=group)
            assert "青铜" not in lab.model.calls[-1].prompt
    await (await lab.connect(home, "wechat")).ask("青什么")
    assert "私里的青铜" not in lab.model.calls[-1].prompt
    assert "群里的青铜" in lab.model.calls[-1].prompt, "群里听来的，本智能体到处可想起"


async def test_private_memory_stays_with_that_person_in_private(lab: Lab) -> None:
    talker = await lab.connect(await lab.party())
    await talker.ask("记住：我怕狗", user="u1")
    for how in ({"user": "u2"}, {"user": "u1", "group": "g1"}, {"user": "u2", "group": "u1"}):
        await talker.ask("怕什么", **how)
        assert "怕狗" not in lab.model.calls[-1].prompt
    for number in range(16):
        await talker.ask(f"闲聊{number}", user="u1")
    assert "记住：我怕狗" in lab.model.calls[-1].messages[0]["content"]
    assert "怕狗" not in "".join(m["content"] for m in lab.model.calls[-1].messages[1:])


async def test_settings_take_effect_with_the_next_prompt_for_that_agent_only(lab: Lab) -> None:
    party, other = await lab.party(), await lab.party()
    talker, bystander = await lab.connect(party), await lab.connect(other)
    await talker.ask("旧聊天", user="old")
    model = {"model_name": "m-x", "temperature": 0.25, "max_tokens": 9}
    async with running_model() as private:
        provider = {"base_url": private.url + "/v1", "api_key": "sk-own-key"}
        model["api_providers"] = [provider]
        config = {"persona": "暴躁", "config_overrides": {"model": model, "personality": "毒舌"}}
        await lab.call("PUT", f"/agents/{party.agent}/config", config)
        await talker.ask("还在吗", user="old")
        await talker.ask("新来的", user="new")
        for call in private.calls:
            assert "暴躁" in call.messages[0]["content"]
            assert "毒舌" in call.messages[0]["content"]
            assert call.authorization == "Bearer sk-own-key"
            assert {k: call.body[k] for k in ("model", "temperature", "max_tokens")} == {
                "model": "m-x",
                "temperature": 0.25,
                "max_tokens": 9,
            }
        assert len(private.calls) == 2
        await bystander.ask("我呢")
    call = lab.model.calls[-1]
    assert (call.authorization, call.body["model"]) == ("Bearer none", "maibot-reference")
    assert "temperature" not in call.body
    assert "暴躁" not in call.prompt


@pytest.mark.parametrize(
    "answer",
    [
        lambda: web.Response(status=500, text="原话"),
        lambda: web.Response(text="不是 JSON"),
        lambda: web.json_response({"choices": []}),
        lambda: web.Response(text="[" * 100_000),
        lambda: say(""),
        lambda: say(None),
        lambda: web.Response(status=307, headers={"Location": "/elsewhere"}),
    ],
)
async def test_a_failing_model_gets_a_fallback_and_the_next_message_works(
    lab: Lab, answer: Any
) -> None:
    talker = await lab.connect(await lab.party())
    lab.model.script = lambda call: answer() if "青铜" in call.tail else None
    assert await talker.ask("青铜") == FALLBACK
    assert await talker.ask("好了吗") == "答：小雨: 好了吗"


async def test_timeout_and_unreachable_provider_fall_back(lab: Lab) -> None:
    party = await lab.party()
    talker = await lab.connect(party)
    lab.server.provider._timeout = type(lab.server.provider._timeout)(total=0.1)
    await lab.server.provider.stop()
    await lab.server.provider.start()
    lab.model.hold("永远")
    assert await talker.ask("永远") == FALLBACK
    dead: Model
    async with running_model() as dead:
        pass
    config = {"config_overrides": {"model": {"api_providers": [{"base_url": dead.url}]}}}
    await lab.call("PUT", f"/agents/{party.agent}/config", config)
    assert await talker.ask("有人吗") == FALLBACK


async def test_the_servers_own_model_key_is_not_given_to_a_tenants_address(lab: Lab) -> None:
    party = await lab.party()
    lab.server.provider._api_key = "sk-of-the-server"
    config = {"config_overrides": {"model": {"api_providers": [{"base_url": lab.model.url}]}}}
    await lab.call("PUT", f"/agents/{party.agent}/config", config)
    await (await lab.connect(party)).ask("你好")
    assert lab.model.calls[-1].authorization == "Bearer none"


async def test_a_burst_is_answered_in_order_without_looking_ahead(lab: Lab) -> None:
    talker = await lab.connect(await lab.party())
    release = lab.model.hold("句0")
    for number in range(5):
        await talker.send(f"句{number}")
    await lab.model.arrived(1, "句0")
    await talker.ask("另一个聊天不用等", user="u2")
    release.set()
    heard = [words_of(await talker.reply()) for _ in range(5)]
    assert heard == [f"答：小雨: 句{number}" for number in range(5)]
    prompts = [call for call in lab.model.calls if "句" in call.tail]
    for number, call in enumerate(prompts):
        assert call.tail == f"小雨: 句{number}"
        assert len(call.messages) == 2 + 2 * number
        assert f"句{number + 1}" not in call.prompt


async def test_one_tenants_hanging_model_does_not_starve_others(lab: Lab) -> None:
    noisy, quiet = await lab.party(), await lab.party()
    flood, calm = await lab.connect(noisy), await lab.connect(quiet)
    release = lab.model.hold("刷屏")
    for number in range(100):
        await flood.send("刷屏", user=f"u{number}")
    await lab.model.arrived(8, "刷屏")
    assert "答" in await calm.ask("轮到我了吗")
    assert len(await lab.model.arrived(8, "刷屏")) == 8
    release.set()
    assert len([await flood.reply() for _ in range(100)]) == 100


async def test_the_turnstile_lets_each_tenant_in_by_turns() -> None:
    turnstile, entered = Turnstile(), []

    async def enter(tenant: str, number: int) -> None:
        await turnstile.enter(tenant)
        entered.append((tenant, number))

    await asyncio.gather(*(enter("闹", number) for number in range(5)), enter("静", 0))
    assert entered.index(("静", 0)) == 1
    assert [number for tenant, number in entered if tenant == "闹"] == [0, 1, 2, 3, 4]


async def test_an_unexpected_error_ends_neither_the_chat_nor_the_worker(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    talker = await lab.connect(await lab.party())
    recall = lab.server.archive.recall

    def poisoned(turn: Any) -> Any:
        if "毒" in turn.words:
            raise RuntimeError("毒")
        return recall(turn)

    monkeypatch.setattr(lab.server.archive, "recall", poisoned)
    await asyncio.gather(talker.send("毒"), talker.send("解药"))
    assert [words_of(await talker.reply()) for _ in range(2)] == [FALLBACK, "答：小雨: 解药"]
