"""压测的三种量法：照常、公平、容量；各自要什么样的强度，由谁来演。

职责：按选项挑一种、核对合不合用。不做什么：不演、不判。
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from support.config import Config
from support.errors import ConfigError
from support.load.aggressor import AT_ONCE, KINDS, require_kind
from support.load.profile import LoadProfile, highest_rate
from support.load.thresholds import Threshold

if TYPE_CHECKING:
    from support.load.session import Ended, Perform, Setting


class Mode(Protocol):
    """一种量法。"""

    @property
    def perform(self) -> Perform:
        """交给 :func:`support.load.session.hold` 去演的。"""
        ...

    def thresholds(self, given: Sequence[Threshold]) -> Sequence[Threshold]:
        """整次运行的总账要过的条件。"""
        ...

    def beside(self, ended: Ended, folder: Path) -> Sequence[tuple[int, Path]]:
        """引擎之外收到的帧在哪里。"""
        ...

    def conclude(self, results: dict[str, Any], ended: Ended, seed: int) -> None:
        """把自己的结论写进结果。"""
        ...


def add_options(add: Any) -> None:
    """量法的选项。"""
    add("--fairness", choices=tuple(KINDS), help="公平：一家闹，别家慢不慢（怎样闹）")
    add("--find-capacity", action="store_true", help="容量：一级级加压，找出守得住的最高速率")


def usual_profile(options: argparse.Namespace) -> str:
    """没点名时用哪一节强度。"""
    if options.fairness:
        return "fairness"
    return "capacity" if options.find_capacity else "daily"


def check(options: argparse.Namespace, profile: LoadProfile, config: Config) -> None:
    """公平与容量都要平稳的到来，一次只量一样。"""
    if options.fairness and options.find_capacity:
        raise ConfigError(
            "命令行",
            key="--fairness",
            found="与 --find-capacity 同用",
            allowed="一次只量一样",
            fix="分两次跑",
        )
    measured = options.fairness or options.find_capacity
    if measured and options.cluster is not None:
        raise ConfigError(
            "命令行",
            key="--cluster",
            found="与 --fairness 或 --find-capacity 同用",
            allowed="公平与容量在一个进程里量",
            fix="去掉 --cluster",
        )
    if measured and profile.arrival not in ("constant", "poisson"):
        raise ConfigError(
            "命令行",
            key="--arrival",
            found=profile.arrival,
            allowed="constant、poisson：公平与容量要平稳的到来",
            fix="去掉 --profile 与 --arrival，用自带的那一节",
        )
    if options.fairness:
        require_kind(options.fairness, config.target.capabilities)


def most_at_once(options: argparse.Namespace, profile: LoadProfile) -> int:
    """对着别人的机器要先问过的量：邻居一口气闹多少，容量加到多少，都算在内。"""
    usual = profile.users if profile.is_closed else round(max(profile.rate, profile.rate_to))
    if options.find_capacity:
        return max(usual, round(highest_rate(profile.rate)))
    return max(usual, AT_ONCE[options.fairness]) if options.fairness else usual


def unpriced(options: argparse.Namespace) -> str:
    """试算里没有算进去的。"""
    if options.fairness:
        return f"\n另有吵闹的邻居（{KINDS[options.fairness]}），答多快就闹多少，不在此数"
    if options.find_capacity:
        return "\n这只是头一级；一级级加下去，加到守不住为止，不在此数"
    return ""


def mode(options: argparse.Namespace, setting: Setting, criteria: Sequence[Threshold]) -> Mode:
    """这一次由谁来演。要 numpy 的到这里才引用。"""
    from support.load.bout import Bout
    from support.load.capacity import Climb

    if options.fairness:
        return Bout(options.fairness, setting)
    return Climb(setting, criteria) if options.find_capacity else _Plain()


class _Plain:
    """照常：一个引擎从头跑到尾，没有另外的结论。"""

    @property
    def perform(self) -> Perform:
        from support.load.session import here

        return here

    def thresholds(self, given: Sequence[Threshold]) -> Sequence[Threshold]:
        return given

    def beside(self, ended: Ended, folder: Path) -> Sequence[tuple[int, Path]]:
        return ()

    def conclude(self, results: dict[str, Any], ended: Ended, seed: int) -> None:
        return
