"""钥匙串：规格里说得出的每一种密钥，都在这里变成一段真的密钥文本。

职责：签发、作废、抄错、伪造，给出拿在手里的那把。不做什么：不用它敲门（world）。
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from support.errors import Inconclusive
from support.phrases import Credential, KeyRef
from support.play.credentials import forge, past, swap_case, typo
from support.play.estate import Agent, Household
from support.play.households import Households

_ADMIN: Mapping[str, Any] = {"permissions": ["admin"]}


def _details(kind: Credential) -> Mapping[str, Any]:
    """签发时要写明的：权限与期限。"""
    details: Mapping[Credential, Mapping[str, Any]] = {
        Credential.EXPIRED: {"expires_at": past()},
        Credential.MUTED: _ADMIN,
        Credential.ADMIN: _ADMIN,
        Credential.FIRED_ADMIN: _ADMIN,
        Credential.STALE_ADMIN: {**_ADMIN, "expires_at": past()},
    }
    return details.get(kind, {})


_DELETED = (Credential.DELETED, Credential.FIRED_ADMIN)


class Keyring:
    """一个场景的钥匙串。"""

    def __init__(self, households: Households) -> None:
        self._households = households
        self._admins: dict[str, str] = {}

    async def take(self, reference: KeyRef) -> str:
        """拿出这把密钥。"""
        household = self._households[reference.tenant]
        agent, kind = household.agent(), reference.credential
        if kind is Credential.RETIRED:
            if not household.retired_key:
                raise Inconclusive("还没有换下来过密钥")
            return household.retired_key
        copied = self._copied(household, agent, kind)
        return copied or await self._issued(household, agent, kind)

    async def admin(self, tenant: str) -> str:
        """某家管理员的密钥；同一把用到底。"""
        if tenant not in self._admins:
            self._admins[tenant] = await self.take(KeyRef(tenant, Credential.ADMIN))
        return self._admins[tenant]

    def _copied(self, household: Household, agent: Agent, kind: Credential) -> str:
        key = agent.key
        stranger = f"agent_{household.tenant_id.rpartition('_')[2]}"
        copies = {
            Credential.OWN: key,
            Credential.TYPO: typo(key),
            Credential.SHORT: key[:-1],
            Credential.SWAPPED_CASE: swap_case(key),
            Credential.WILDCARD: f"{key[:-1]}%",
            Credential.FORGED: forge(household.tenant_id, agent.agent_id),
            Credential.SPLICED: forge(household.tenant_id, stranger),
        }
        return copies.get(kind, "")

    async def _issued(self, household: Household, agent: Agent, kind: Credential) -> str:
        issue = self._households.issue_key
        key_id, key = await issue(household, agent, kind.value, **_details(kind))
        if kind in _DELETED:
            await self._households.administer(household, "DELETE", f"/api-keys/{key_id}")
        if kind is Credential.DISABLED:
            await self._households.administer(household, "POST", f"/api-keys/{key_id}/disable")
        return key
