"""实况：终端里一张表，不是终端就一行；几片合起来数得对。"""

from __future__ import annotations

import io
import pickle

import pytest
from rich.console import Console

from support.config import DEFAULT_CONFIG, load_config
from support.errors import ConfigError
from support.load.live import LiveView
from support.load.lodging import lodged
from support.load.pace import WINDOW_S, Gauge, Pace, cut, merge
from support.load.profile import LoadProfile
from support.load.supervisor import Supervisor


def pace(said: int, *latencies: float, at: float = 100.0) -> Pace:
    made = Pace(said, len(latencies))
    made.recent.extend((at, latency) for latency in latencies)
    return made


def screen(gauge: Gauge) -> str:
    out = io.StringIO()
    view = LiveView(LoadProfile(), Console(file=out, force_terminal=True, width=100))
    with view:
        view.show(gauge)
    plain = io.StringIO()
    Console(file=plain, width=100).print(view.frame(gauge, 3.0))
    assert out.getvalue()
    return plain.getvalue()


def test_the_table_names_every_tenant_with_what_it_waits_for():
    gauge = Gauge(said=7, replied=5, foreign=2, tenants={
        "公司[/b]": pace(5, 0.010, 0.020, 0.030, 0.040), "学校": pace(2, 0.5),
    })  # fmt: skip
    rows = [line.split() for line in screen(gauge).splitlines()]
    assert ["公司[/b]", "—", "—", "1", "30.0", "40.0"] in rows
    assert ["学校", "—", "—", "1", "500.0", "500.0"] in rows
    assert ["全部", "—", "—", "2", "30.0", "500.0"] in rows


def test_the_slowest_tenants_come_first_and_the_rest_are_counted():
    gauge = Gauge(tenants={f"第{n}家": pace(1, n / 10) for n in range(1, 31)})
    text = screen(gauge)
    assert text.index("第30家") < text.index("第29家")
    assert "第1家" not in text
    assert "另有 18 家" in text


def test_speeds_are_differences_between_readings():
    view = LiveView(LoadProfile(), Console(file=io.StringIO(), force_terminal=True, width=100))
    view._laps.extend([(10.0, {"甲": (0, 0)}), (12.0, {"甲": (8, 6)})])
    assert view._speed("甲") == ("4.0", "3.0")
    view._laps.append((13.0, {"甲": (1, 1)}))
    view._laps.popleft()
    assert view._speed("甲") == ("—", "—"), "换了一段从头数，不写负数"


def test_without_a_terminal_it_is_one_line():
    out = io.StringIO()
    with LiveView(LoadProfile(), Console(file=out, width=100)) as view:
        view.show(Gauge(said=3, replied=1, lost=2, behind=0.2))
    assert out.getvalue() == "· 0 秒：说 3，答 1，丢失 2，发晚了 200 毫秒\n"


def test_old_latencies_are_forgotten():
    made = pace(3, 0.1, at=100.0)
    made.recent.append((104.0, 0.2))
    made.forget(100.5 + WINDOW_S)
    assert made.latencies() == [0.2]
    assert cut([], 0.5) is None


def test_shards_add_up_and_the_reading_travels_between_processes():
    shown: list[Gauge] = []
    supervisor = Supervisor((), shown.append)
    first = Gauge(said=2, tenants={"甲": pace(2, 0.1)})
    second = Gauge(said=3, tenants={"甲": pace(1, 0.3), "乙": pace(2)})
    for number, gauge in enumerate((first, second)):
        assert supervisor.of(number)(pickle.loads(pickle.dumps(gauge)))
    total = shown[-1]
    assert total.said == 5
    assert (total.tenants["甲"].said, total.tenants["甲"].latencies()) == (3, [0.1, 0.3])
    assert total.tenants["乙"].said == 2
    again: dict[str, Pace] = {}
    merge(again, total.tenants)
    assert total.tenants["甲"].said == 3, "合并不改原来的"


async def test_more_places_than_tokens_can_name_are_refused_before_anything_is_opened():
    config = load_config(DEFAULT_CONFIG)
    copies = 1024 // len(config.scenarios) + 1
    with pytest.raises(ConfigError, match="至多 1024 处"):
        async with lodged(None, config, LoadProfile(), copies=copies, seed=0):
            pass
