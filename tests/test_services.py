"""挑服务：共用的、合用的鉴权那台、独占的那台；目标不是内嵌的就只有它自己。"""

from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import pytest

from support.config import DEFAULT_CONFIG, load_config
from support.ledger import Redactor
from support.play import services
from support.play.services import Service, Services
from support.targets.embedded import Endpoints

CONFIG = load_config(DEFAULT_CONFIG)
SHARED = Service(Endpoints("共用", "", "", "", "", "", ""))


@pytest.fixture
def started(monkeypatch):
    """起过的服务：[运营密钥, 还开着吗]，不真的起进程。"""
    made = []

    @contextmanager
    def fake(config, model_url, log, *, operator_key=None, extra=(), launch=None):
        one = [operator_key, True]
        made.append(one)
        yield SimpleNamespace(endpoints=lambda base: replace(base, control_url=log.name))
        one[1] = False

    monkeypatch.setattr(services, "reference", fake)
    return made


def test_each_scenario_gets_the_service_its_tags_ask_for(started, tmp_path):
    redactor = Redactor()
    chosen = Services(CONFIG, SHARED, tmp_path, redactor)
    assert chosen.choose({"需.管理面"}, "A-01#1") is SHARED
    guarded = chosen.choose({services.AUTH}, "A-02#1")
    assert chosen.choose({services.AUTH}, "A-03#1") is guarded
    own = chosen.choose({services.RESTART}, "A-04#1")
    assert (guarded.own, own.operator_key, len(started)) == (None, None, 2)
    assert own.own is not None
    assert guarded.operator_key not in redactor.text(f"用的是{guarded.operator_key}")
    chosen.give_back()
    assert [alive for _, alive in started] == [True, False]
    chosen.close()
    assert [alive for _, alive in started] == [False, False]


def test_a_live_target_is_always_itself(started, tmp_path):
    live = replace(CONFIG, target=replace(CONFIG.target, kind="live"))
    chosen = Services(live, SHARED, tmp_path, Redactor())
    assert chosen.choose({services.AUTH, services.RESTART}, "A-01#1") is SHARED
    assert started == []
