"""参考服务学到的东西：人物、说法，记录的行数，以及删除之后什么都不剩。"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from support.reference.store import Store
from tests.reference_kit import IMAGE, Call, Lab, described, running_lab, segments, strangers


@pytest_asyncio.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    async with running_lab(tmp_path) as running:
        yield running


def about(call: Call) -> str:
    """系统消息里关于说话人的那一行。"""
    (line,) = [line for line in call.system.split("\n") if line.startswith("关于说话的人：")]
    return line


# —— 记录行数 ——


@pytest.mark.parametrize(
    ("wanted", "lines"),
    [(1, 1), (4, 4), (10**30, 43), (0, 30), (-1, 30), (True, 30), ("4", 30), (None, 30)],
)
async def test_the_number_of_lines_is_read_for_each_prompt(
    lab: Lab, wanted: Any, lines: int
) -> None:
    party = await lab.party()
    talker = await lab.connect(party)
    for number in range(21):
        await talker.ask(f"第{number}句")
    config = {"config_overrides": {"chat": {"max_context_size": wanted}}}
    await lab.call("PUT", f"/agents/{party.agent}/config", config)
    await talker.ask("最后一句")
    call = lab.model.calls[-1]
    assert (len(call.lines), call.tail) == (lines, "小雨: 最后一句")


async def test_another_agents_line_count_changes_nothing(lab: Lab) -> None:
    small = {"config_overrides": {"chat": {"max_context_size": 1}}}
    tenant = await lab.tenant()
    await lab.agent(tenant, name="少", config=small)
    talker = await lab.connect(await lab.party(tenant=tenant))
    await talker.ask("前一句")
    await talker.ask("后一句")
    assert len(lab.model.calls[-1].lines) == 3


# —— 人物 ——


async def test_a_person_told_in_a_group_is_known_everywhere_on_that_platform(lab: Lab) -> None:
    home = await lab.party()
    talker = await lab.connect(home)
    await talker.ask("大家好，我叫林晚【甲1】", group="g1", nickname="小雨")
    await talker.ask("我喜欢蓝莓。【乙2】还有雨天", group="g2", nickname="小雨")
    known = "关于说话的人：昵称“雨”；名字“林晚【甲1】”；喜欢“蓝莓。【乙2】还有雨天”。"
    for group in (None, "g1", "g3"):
        await talker.ask("我是谁", group=group, nickname="雨")
        assert about(lab.model.calls[-1]) == known
    await talker.ask("我是谁", user="u2", group="g9", nickname="小王")
    assert about(lab.model.calls[-1]) == "关于说话的人：昵称“小王”。"
    for stranger in await strangers(lab, home):
        await stranger.ask("我是谁")
        assert about(lab.model.calls[-1]) == "关于说话的人：昵称“小雨”。"


async def test_a_person_told_in_private_is_known_only_there(lab: Lab) -> None:
    home = await lab.party()
    talker = await lab.connect(home)
    await talker.ask("以后叫我船长", nickname="私下的雨")
    await talker.ask("我喜欢海")
    await talker.ask("我是谁", group="g1", nickname="小雨")
    assert about(lab.model.calls[-1]) == "关于说话的人：昵称“小雨”。"
    await talker.ask("我是谁", user="u2", group="u1")
    assert "船长" not in lab.model.calls[-1].prompt
    for stranger in await strangers(lab, home):
        await stranger.ask("我是谁")
        assert "船长" not in lab.model.calls[-1].prompt
    await talker.ask("我叫老船长")
    assert "名字“老船长”；喜欢“海”" in about(lab.model.calls[-1]), "后说的算数"


async def test_a_question_about_oneself_teaches_nothing(lab: Lab) -> None:
    talker = await lab.connect(await lab.party())
    for words in ("我叫什么来着", "你知道我叫啥吗", "我喜欢谁", "我喜欢吃什么"):
        await talker.ask(words)
    assert about(lab.model.calls[-1]) == "关于说话的人：昵称“小雨”。"
    for words in ("我叫哪吒", "我喜欢海", "我叫什么"):
        await talker.ask(words)
    known = "关于说话的人：昵称“小雨”；名字“哪吒”；喜欢“海”。"
    assert about(lab.model.calls[-1]) == known, "问话盖不掉记下的"


async def test_alternating_names_and_long_ones(lab: Lab) -> None:
    talker = await lab.connect(await lab.party())
    await talker.ask("我叫甲")
    await talker.ask("我叫乙", group="g")
    await talker.ask("我叫甲")
    assert "名字“甲”" in about(lab.model.calls[-1])
    await talker.ask("我喜欢" + "长" * 500)
    assert about(lab.model.calls[-1]).count("长") == 200
    for number in range(12):
        await talker.ask(f"我喜欢第{number}样")
    line = about(lab.model.calls[-1])
    assert "“第2样”、“第3样”" in line
    assert "第11样" in line
    assert "第1样" not in line


async def test_words_said_later_elsewhere_are_not_known_yet(lab: Lab) -> None:
    talker = await lab.connect(await lab.party())
    release = lab.model.hold("先说的")
    await talker.send("先说的", group="g")
    await talker.send("排队的", group="g")
    await lab.model.arrived(1, "先说的")
    await talker.ask("我叫林晚", group="另一个群", nickname="新昵称")
    release.set()
    await lab.model.arrived(1, "排队的")
    assert about(lab.model.calls[-1]) == "关于说话的人：昵称“小雨”。"


# —— 说法 ——


async def test_sayings_stay_in_their_chat_and_outlive_the_history(lab: Lab) -> None:
    home = await lab.party()
    config = {"config_overrides": {"chat": {"max_context_size": 1}}}
    await lab.call("PUT", f"/agents/{home.agent}/config", config)
    talker = await lab.connect(home)
    taught = ["上岸就是交稿的意思", "我们管老板叫掌柜"]
    for saying in (*taught, "这就是我", "就是的意思", "我们管叫"):
        await talker.ask(saying, group="g1")
    await talker.ask("上岸了吗", group="g1", user="u2")
    assert "这个聊天里的说法：\n- 上岸就是交稿的意思\n- 我们管老板叫掌柜\n请" in (
        lab.model.calls[-1].system
    )
    elsewhere = [({"group": "g2"}, talker), ({"user": "g1"}, talker)]
    elsewhere += [({"group": "g1"}, stranger) for stranger in await strangers(lab, home)]
    for how, other in elsewhere:
        await other.ask("上岸了吗", **how)
        assert "说法" not in lab.model.calls[-1].system
    for number in range(20):
        await talker.ask(f"{number}号就是新的意思" + "尾" * 300, group="g1")
    await talker.ask("还有呢", group="g1")
    system = lab.model.calls[-1].system
    assert "掌柜" not in system
    assert system.index("- 0号就是") < system.index("- 19号就是")
    assert max(len(line) for line in system.split("\n")) == 202


# —— 删除 ——

LEARNED = ("person_facts", "sayings", "pictures", "activity", "plugin_settings")


def owners(store: Store, table: str) -> set[str]:
    return {row["agent_id"] for row in store.all(f"SELECT agent_id FROM {table}")}


@pytest.mark.parametrize("what", ["agents", "tenants"])
async def test_deletion_takes_everything_learned_and_nothing_of_others(lab: Lab, what: str) -> None:
    lab.model.script = described
    gone = await lab.party()
    kept = await lab.party(tenant=gone.tenant if what == "agents" else "")
    for party in (gone, kept):
        talker = await lab.connect(party)
        await talker.ask("我叫林晚，上岸就是交稿的意思")
        await talker.ask("", extra=segments(("image", IMAGE)))
        owner = {"tenant_id": party.tenant, "agent_id": party.agent}
        await lab.call("PUT", "/agent-activity", {**owner, "ttl_seconds": 60})
        setting = {"plugin_name": "p", "enabled": True, "config": {}}
        await lab.http("POST", "/api/v1/plugins/settings", params=owner, json=setting)
        await lab.http("POST", "/api/v1/usage/log", json={**owner, "action": "a"})
    store = lab.server.store
    for table in LEARNED:
        assert owners(store, table) == {gone.agent, kept.agent}, table
    gone_id = gone.agent if what == "agents" else gone.tenant
    await lab.call("DELETE", f"/{what}/{gone_id}")
    for table in LEARNED:
        assert owners(store, table) == {kept.agent}, table
    for table in ("processed", "tallies", "usage_log"):
        left = {row["tenant_id"] for row in store.all(f"SELECT tenant_id FROM {table}")}
        assert left == {kept.tenant}, table
