"""限额：写进租户资料，再从租户资料里读回来。

职责：限额在租户资料里的位置只有这里知道。不做什么：不说话、不判断。
"""

from __future__ import annotations

from collections.abc import Mapping

from support.phrases import Limit
from support.play.households import Households

_PLACES: Mapping[Limit, tuple[str, str]] = {
    Limit.MINUTE: ("rate_limit", "messages_per_minute"),
    Limit.DAY: ("quota", "messages_per_day"),
}
_NONE = "没有限额"


class Allowance:
    """一个场景里各家的限额。"""

    def __init__(self, households: Households) -> None:
        self._households = households

    async def set(self, tenant: str, limit: Limit, count: int) -> None:
        """一家租户每分钟（或每天）至多说 `count` 句话。"""
        section, name = _PLACES[limit]
        household = self._households[tenant]
        path, body = f"/tenants/{household.tenant_id}", {"tenant_config": {section: {name: count}}}
        await self._households.administer(household, "PUT", path, body)

    async def read(self, tenant: str, limit: Limit) -> tuple[str, int]:
        """此刻读到的限额，以及这次应答的台账序号。"""
        section, name = _PLACES[limit]
        household = self._households[tenant]
        data = await self._households.inquire(household, f"/tenants/{household.tenant_id}")
        config = data.get("tenant_config") or {}
        found = (config.get(section) or {}).get(name)
        return _NONE if found is None else str(found), self._households.mark()
