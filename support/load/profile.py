"""压测的强度：话怎样到来、说多久、什么算过关；configs/load.toml 里一节一套。

职责：形状与读法。不做什么：不排时刻（arrivals）、不收发。
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import tomli

from support.config import schema
from support.config.schema import Problems, spec
from support.errors import ConfigError

DEFAULT_FILE = Path(__file__).resolve().parents[2] / "configs" / "load.toml"
ARRIVALS = ("closed", "constant", "poisson", "ramp", "steps", "burst")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadProfile:
    """一套强度。时间单位秒，速率单位句每秒。

    `arrival`：closed 是 `users` 位用户各说各的、答完想 `think` 秒再说；其余是开放式，
    到点就说、不等回复：constant 匀速、poisson 随机间隔、ramp 从 `rate` 匀加到 `rate_to`、
    steps 分 `steps` 级台阶、burst 每 `every` 秒一阵共 `rate`×`every` 句。
    `warmup` 是起头不计入延迟的秒数；`duration` 是其后计入的秒数。
    `tenants` 是配置里每家租户照样开几家；`weights` 是各场景的分量，不写的是 1。
    """

    title: str = spec(schema.text('"平日"'), "平日")
    arrival: str = spec(schema.choice(*ARRIVALS), "poisson")
    rate: float = spec(schema.number(0, 20.0, open_=True), 20.0)
    rate_to: float = spec(schema.number(0, 60.0, open_=True), 60.0)
    steps: int = spec(schema.whole(1, 4), 4)
    every: float = spec(schema.number(0, 1.0, open_=True), 1.0)
    users: int = spec(schema.whole(1, 30), 30)
    think: float = spec(schema.number(0, 1.0), 1.0)
    warmup: float = spec(schema.number(0, 2.0), 2.0)
    duration: float = spec(schema.number(0, 10.0, open_=True), 10.0)
    patience: float = spec(schema.number(0, 8.0, open_=True), 8.0)
    tenants: int = spec(schema.whole(1, 1), 1)
    thresholds: tuple[str, ...] = spec(schema.texts('["p99 < 2 s", "丢失 = 0"]', minimum=0), ())
    abort_on: tuple[str, ...] = spec(schema.texts('["丢失 > 100"]', minimum=0), ())
    #: 公平：一静一闹轮换几段（`duration` 平分给它们），慢到平时的几倍以内算公平。
    arms: int = spec(schema.whole(4, 6), 6)
    ratio: float = spec(schema.number(1, 5.0), 5.0)
    #: 大模型每百万字的价钱，试算用；0 是没有写。
    price: float = spec(schema.number(0, 0.0), 0.0)
    weights: Mapping[str, Any] = spec(schema.free_table(), {})

    @property
    def is_closed(self) -> bool:
        """用户答完才说下一句。"""
        return self.arrival == "closed"

    @property
    def seconds(self) -> float:
        """从第一句到最后一句的秒数。"""
        return self.warmup + self.duration


def load_profile(path: Path, name: str) -> LoadProfile:
    """读 `path` 里名叫 `name` 的一套；有毛病抛 ConfigError。"""
    profiles = _document(path)
    if name not in profiles:
        raise ConfigError(
            str(path),
            key="--profile",
            found=name,
            allowed="、".join(profiles) or "一套也没有",
            fix=f"改用上面的一个，或在文件里加一节 [profiles.{name}]",
        )
    problems = Problems(path)
    profile = schema.read_table(LoadProfile, profiles[name], f"[profiles.{name}]", problems)
    if profile is not None:
        _check_weights(profile, f"[profiles.{name}].weights", problems)
    problems.raise_if_any()
    assert profile is not None, "没有毛病就读得出"
    return profile


def adjusted(profile: LoadProfile, **given: Any) -> LoadProfile:
    """命令行给了的盖过文件；None 是没有给。给了速率而原来是封闭式的，就改成匀速。"""
    changes = {name: value for name, value in given.items() if value is not None}
    if "rate" in changes and profile.is_closed:
        changes.setdefault("arrival", "constant")
    return replace(profile, **changes)


def describe(profile: LoadProfile) -> str:
    """一句话说清这套强度。"""
    how = {
        "closed": f"{profile.users} 位用户，答完想 {profile.think:g} 秒再说",
        "constant": f"每秒 {profile.rate:g} 句，匀速",
        "poisson": f"平均每秒 {profile.rate:g} 句，间隔随机（泊松）",
        "ramp": f"从每秒 {profile.rate:g} 句匀加到 {profile.rate_to:g} 句",
        "steps": f"从每秒 {profile.rate:g} 句分 {profile.steps} 级升到 {profile.rate_to:g} 句",
        "burst": f"每 {profile.every:g} 秒一阵，每阵 {profile.rate * profile.every:g} 句",
    }[profile.arrival]
    return f"{profile.title}：{how}；热身 {profile.warmup:g} 秒，计 {profile.duration:g} 秒"


def _document(path: Path) -> Mapping[str, Any]:
    try:
        document = tomli.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomli.TOMLDecodeError) as error:
        fix = f"照 {DEFAULT_FILE.name} 写一份，或不写 --load-file 用自带的"
        raise ConfigError(
            str(path), key="--load-file", found=f"读不了（{error}）", allowed="TOML", fix=fix
        ) from None
    profiles = document.get("profiles")
    return profiles if isinstance(profiles, dict) else {}


def _check_weights(profile: LoadProfile, where: str, problems: Problems) -> None:
    for name, weight in profile.weights.items():
        if not isinstance(weight, (int, float)) or isinstance(weight, bool) or weight < 0:
            problems.add(f"{where}.{name}", found=str(weight), allowed="不小于 0 的数", fix="例：3")


def as_row(profile: LoadProfile) -> dict[str, Any]:
    """写进结果的样子。"""
    return dataclasses.asdict(profile)
