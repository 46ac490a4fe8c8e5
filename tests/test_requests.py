"""管理面的请求：同一件事对着不同的编号，除编号外一字不差。"""

import json

import pytest

from support.errors import SuiteError
from support.phrases import Deed, Resource
from support.play.requests import Ids, request

OWN, FRESH = Ids("tenant_00", "agent_00", "key_00"), Ids.fresh()
MADE = [
    (deed, resource)
    for deed in Deed
    for resource in Resource
    if deed in (Deed.READ, Deed.LIST) or (deed, resource) in {
        *((Deed.CHANGE, r) for r in Resource if r is not Resource.USAGE),
        (Deed.DISABLE, Resource.KEYS),
        *((Deed.REMOVE, r) for r in (Resource.TENANT, Resource.AGENTS, Resource.KEYS)),
        *((Deed.ADD, r) for r in (Resource.AGENTS, Resource.KEYS, Resource.USAGE)),
        *((Deed.ADOPT, r) for r in (Resource.KEYS, Resource.ACTIVITY, Resource.PLUGINS)),
    }
]  # fmt: skip


def written(one):
    return json.dumps([one.method, one.path, dict(one.params), one.body], sort_keys=True)


@pytest.mark.parametrize(("deed", "resource"), MADE)
def test_only_the_ids_differ(deed, resource):
    own, fresh = (written(request(deed, resource, ids, "7")) for ids in (OWN, FRESH))
    assert own != fresh
    for mine, theirs in zip(OWN.parts, FRESH.parts, strict=True):
        fresh = fresh.replace(theirs, mine)
    assert own == fresh


@pytest.mark.parametrize(
    ("deed", "resource"), [(Deed.REMOVE, Resource.USAGE), (Deed.DISABLE, Resource.AGENTS)]
)
def test_what_the_plane_does_not_offer_is_said_so(deed, resource):
    with pytest.raises(SuiteError, match=resource.value):
        request(deed, resource, OWN, "")


def test_adoption_puts_a_foreign_agent_under_the_own_tenant():
    adopted = request(Deed.ADOPT, Resource.KEYS, FRESH.under("tenant_00"), "名字").body
    assert (adopted["tenant_id"], adopted["agent_id"]) == ("tenant_00", FRESH.agent_id)
    assert Ids.fresh() != FRESH
