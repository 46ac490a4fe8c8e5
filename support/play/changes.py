"""变故：租户、智能体、密钥由管理员动过之后，手里的记录也跟着变。

职责：一种变故办成一件或几件管理事务。不做什么：不说话、不判断。
"""

from __future__ import annotations

import asyncio

from support.phrases import Change
from support.play.credentials import change_call
from support.play.estate import GONE, Household
from support.play.households import Households

#: 变故之后智能体的状态。
_AGENT_STATUS = {
    Change.AGENT_DISABLED: "inactive",
    Change.AGENT_ARCHIVED: "archived",
    Change.AGENT_RESUMED: "active",
    Change.AGENT_DELETED: GONE,
}
#: 活跃状态到期要等的那一小会儿，多久看一眼。
_GLANCE_S = 0.05


class Changes:
    """一个场景里的变故。`patience` 是等一件事发生的秒数。"""

    def __init__(self, households: Households, *, patience: float) -> None:
        self._households, self._patience = households, patience

    async def make(self, tenant: str, change: Change) -> None:
        """让变故发生。"""
        household = self._households[tenant]
        composite = {
            Change.TENANT_REOPENED: self._reopen,
            Change.AGENT_REOPENED: self._reopen_agent,
            Change.KEY_ROTATED: self._rotate,
            Change.ACTIVITY_LAPSED: self._lapse,
        }
        if change in composite:
            await composite[change](household)
        else:
            await self._call(household, change)

    async def _call(self, household: Household, change: Change) -> None:
        agent = household.agent()
        method, path, body = change_call(
            change,
            tenant_id=household.tenant_id,
            agent_id=agent.agent_id,
            key_id=agent.key_id,
        )
        await self._households.administer(household, method, path, body)
        agent.status = _AGENT_STATUS.get(change, agent.status)
        if change is Change.KEY_DISABLED:
            agent.key_status = "disabled"

    async def _reopen(self, household: Household) -> None:
        await self._call(household, Change.TENANT_DELETED)
        await self._households.open(household.name)

    async def _reopen_agent(self, household: Household) -> None:
        agent = household.agent()
        await self._call(household, Change.AGENT_DELETED)
        # 密钥换个名字：旧密钥若没有跟着删掉，也不至于挡住新的，好让裁判看见真正的后果。
        again = f"{agent.name}重开后的密钥"
        await self._households.add_agent(household, agent.name, agent.persona, key_name=again)

    async def _rotate(self, household: Household) -> None:
        """先发新的，再删旧的。"""
        agent, issue = household.agent(), self._households.issue_key
        old_id, household.retired_key = agent.key_id, agent.key
        agent.key_id, agent.key = await issue(household, agent, "轮换后的密钥")
        await self._households.administer(household, "DELETE", f"/api-keys/{old_id}")

    async def _lapse(self, household: Household) -> None:
        """登记一秒的活跃，等到它从名录里消失；一直不消失就交给裁判去说。"""
        agent = household.agent()
        body = {
            "tenant_id": household.tenant_id,
            "agent_id": agent.agent_id,
            "ttl_seconds": 1,
        }
        await self._households.administer(household, "PUT", "/agent-activity", body)
        household.furnished["活跃状态"].discard(agent.agent_id)
        clock = asyncio.get_running_loop().time
        deadline, path = clock() + self._patience, "/agent-activity"
        params = {"tenant_id": household.tenant_id}
        while clock() < deadline:
            data = await self._households.inquire(household, path, params)
            if agent.agent_id not in [item["agent_id"] for item in data["items"]]:
                return
            await asyncio.sleep(_GLANCE_S)
