"""话从哪来：大模型生成，或内置模板；两者都只出话，不带口令。

职责：``compose`` 恰好给出要的句数，大模型用不上时说明缘由并改用模板。
不做什么：不发送、不判断。大模型的话只让场景更真实，从不参与裁决。
"""

from __future__ import annotations

from collections.abc import Callable

from support.config import AgentConfig, Llm, PlatformConfig, ScenarioConfig, TenantConfig
from support.generator.brief import Brief
from support.generator.llm import write_talk
from support.generator.templates import from_templates
from support.generator.utterance import Source, Utterance

__all__ = ["Source", "Utterance", "compose", "from_templates"]


async def compose(
    scenario: ScenarioConfig,
    agent: AgentConfig,
    platform: PlatformConfig,
    *,
    llm: Llm,
    seed: int,
    count: int,
    notice: Callable[[str], None],
    tenant: TenantConfig | None = None,
) -> list[Utterance]:
    """恰好 `count` 句话：先请大模型写，写不够的用模板补；补了就用一句中文说明缘由。"""
    brief = Brief(scenario, agent, platform, tenant)
    written, trouble = await write_talk(brief, llm=llm, seed=seed, count=count)
    if len(written) == count:
        return written
    if written:
        got = f"大模型只写出 {len(written)} 句，其余 {count - len(written)} 句用内置模板"
        notice(f"“{scenario.name}”的台词：{got}（{trouble}）")
    else:
        notice(f"台词用内置模板，没有用上大模型：{trouble}")
    spare = from_templates(scenario, seed=seed, count=count, avoid={line.text for line in written})
    return [*written, *spare[len(written) :]]
