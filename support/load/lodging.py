"""住处：压测开始前开好各家租户，结束时拆掉。

职责：配置里的对话场景 × 几份 → 住户。不做什么：不说话。
每处一把密钥、一条车道：同一把密钥连两条，每条回复就会来两份。
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from support.config import Config, ScenarioConfig
from support.errors import ConfigError, ProtocolError, TargetUnreachable
from support.generator import from_templates
from support.load.crowd import Resident
from support.load.profile import LoadProfile
from support.model import Kind
from support.play.estate import Household
from support.play.households import Households, Office, sweep

_WORDS = 60
#: 管理面一次同时办几家；再多，小部署会应付不来。
_AT_ONCE = 8


@asynccontextmanager
async def lodged(
    office: Office, config: Config, profile: LoadProfile, *, copies: int, seed: int
) -> AsyncIterator[list[Resident]]:
    """开好 `copies` 份配置里的租户；离开时全部删掉，被打断也一样。"""
    weights = weights_of(config, profile)
    blocks = [Households(office, f"load-{number + 1}") for number in range(copies)]
    gate = asyncio.Semaphore(_AT_ONCE)
    try:
        places = await asyncio.gather(
            *(_settle(gate, block, config, weights, seed) for block in blocks)
        )
        several = copies > 1
        residents = [
            _numbered(number, copy if several else 0, fields)
            for number, (copy, fields) in enumerate(
                (copy, fields) for copy, block in enumerate(places, 1) for fields in block
            )
        ]
        yield residents
    finally:
        await asyncio.gather(*(_vacate(gate, block) for block in blocks))
        await _sweep(office)


async def _sweep(office: Office) -> None:
    """最后再找一遍；目标已经没了就记成遗留，已有的账照样出报告。"""
    try:
        await sweep(office.control, office.ledger, office.run_prefix)
    except (TargetUnreachable, ProtocolError) as error:
        rest = f"{office.run_prefix}-*"
        office.ledger.add(Kind.LEFTOVER, resource="tenants", id=rest, reason=str(error))


async def _vacate(gate: asyncio.Semaphore, block: Households) -> None:
    async with gate:
        await block.remove_all()


async def _settle(
    gate: asyncio.Semaphore,
    block: Households,
    config: Config,
    weights: Mapping[str, float],
    seed: int,
) -> list[dict[str, Any]]:
    async with gate:
        found: list[dict[str, Any]] = []
        for scenario in config.scenarios:
            if not weights[scenario.name]:
                continue
            name = config.tenant(scenario.tenant_id).tenant_name
            is_new = name not in block
            household = block[name] if not is_new else await block.open(name)
            found.append(await _place(block, household, scenario, is_new, weights, seed))
        return found


async def _place(
    block: Households,
    household: Household,
    scenario: ScenarioConfig,
    is_new: bool,
    weights: Mapping[str, float],
    seed: int,
) -> dict[str, Any]:
    agent = household.agent()
    key = agent.key
    if not is_new:
        _, key = await block.issue_key(household, agent, f"{scenario.name}的密钥")
    lines = from_templates(scenario, seed=seed, count=_WORDS)
    return {
        "name": household.owner.tenant_name,
        "agent": agent.name,
        "platform": scenario.platform,
        "scenario": scenario.name,
        "group": scenario.group_id or "",
        "weight": weights[scenario.name],
        "allowed": (agent.persona_token,),
        "words": tuple(line.text for line in lines),
        "key": key,
        "provider_key": agent.provider_key,
        "household": household.tenant_id,
    }


def _numbered(number: int, copy: int, fields: dict[str, Any]) -> Resident:
    name = f"{fields.pop('name')}{f'·{copy}' if copy else ''}"
    return Resident(tenant=number, name=name, **fields)


def weights_of(config: Config, profile: LoadProfile) -> dict[str, float]:
    """每个场景的分量；写了没有的场景就说清楚。"""
    names = [scenario.name for scenario in config.scenarios]
    unknown = [name for name in profile.weights if name not in names]
    if unknown:
        raise ConfigError(
            "configs/load.toml",
            key="weights",
            found="、".join(unknown),
            allowed="、".join(names),
            fix=f"改成 {config.path} 里 [[scenarios]] 有的名字",
        )
    return {name: float(profile.weights.get(name, 1.0)) for name in names}
