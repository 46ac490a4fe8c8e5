"""SaaS 版麦麦当目标：人设写成对象、各家共用一把模型密钥，照它的样子办事。"""

from pathlib import Path

import pytest

from support.canary import Mint
from support.client.control import Answer
from support.config import load_config
from support.errors import Unsupported
from support.ledger import Ledger
from support.oracles.conversation import persona_carried
from support.play import fitting
from support.play.households import Households, Office
from support.targets.profile import profile
from tests.histories import HELD, TECH, History


class Desk:
    """只记下办了什么的管理面。"""

    def __init__(self):
        self.asked = []

    async def must(self, method, path, *, by, body=None, params=None):
        self.asked.append((path, body))
        return {"id": f"id-{len(self.asked)}", "api_key_id": "key-1", "api_key": "mmc_test"}

    async def call(self, method, path, **options):
        return Answer(True, 200, "", "", {})


async def opened(name, tmp_path):
    desk = Desk()
    office = Office(
        control=desk,
        ledger=Ledger(tmp_path / "ledger.jsonl"),
        mint=Mint("saas-target"),
        config=load_config(Path("configs/saas.example.toml")),
        model_url="http://127.0.0.1:8900/v1",
        run_prefix="spec-x",
        agents_by_key={},
        profile=profile(name),
    )
    household = await Households(office, "HIST-01#0.1").open("科技公司")
    (body,) = (body for path, body in desk.asked if path.endswith("/agents"))
    return household.agent(), body["config"]["persona"]


async def test_the_persona_is_an_object_there(tmp_path):
    agent, persona = await opened("saas", tmp_path)
    assert persona == {"personality": f"{agent.persona}（{agent.persona_token}）"}


async def test_the_persona_is_plain_words_elsewhere(tmp_path):
    agent, persona = await opened("reference", tmp_path)
    assert persona == f"{agent.persona}（{agent.persona_token}）"


@pytest.mark.parametrize(
    ("name", "known_by"), [("saas", "contains"), ("reference", "key")]
)  # fmt: skip
async def test_whose_call_it_is_is_known_by_persona_where_the_key_is_shared(
    name, known_by, tmp_path
):
    agent, _ = await opened(name, tmp_path)
    wanted = {"contains": agent.persona_token, "key": agent.provider_key}[known_by]
    assert agent.model_calls == {known_by: wanted}


def test_only_the_composing_step_has_to_carry_the_persona():
    history = History()
    question, own = history.said(TECH), history.plant(TECH)
    history.prompted(question, step="planner")
    history.prompted(question, f"（{own}）", step="reply")
    verdict = persona_carried(history.events, [question], {(TECH.tenant, TECH.agent): own})
    assert (verdict.outcome, verdict.examined) == (HELD, 1)


def test_the_example_asks_for_what_the_target_can_do():
    target = load_config(Path("configs/saas.example.toml")).target
    assert target.profile == "saas"
    assert set(target.capabilities) == set(profile("saas").capabilities)


def test_doors_that_are_not_there_skip_the_scenario():
    with pytest.raises(Unsupported, match="禁用密钥"):
        fitting.require("/api-keys/key_1/disable", ["管理面"])
    fitting.require("/api-keys/key_1/disable", ["禁用密钥"])
    fitting.require("/api/v1/usage/log", [])


def test_a_persona_in_any_request_is_written_its_way():
    saas, plain = profile("saas"), profile("reference")
    assert fitting.body({"persona": "严谨"}, saas) == {"persona": {"personality": "严谨"}}
    assert fitting.body({"persona": "严谨"}, plain) == {"persona": "严谨"}
    assert fitting.body({"name": "甲"}, saas) == {"name": "甲"}
    assert fitting.body(None, saas) is None
