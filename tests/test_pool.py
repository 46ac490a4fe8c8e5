"""密钥池：一把密钥当作一家；办不到的说缺哪样本事，密钥用完还回来。"""

import pytest

from support.client.pool import KeyPool
from support.config import DEFAULT_CONFIG, load_config
from support.errors import ConfigError, SuiteError, Unsupported
from support.ledger import Ledger
from support.model import NOBODY
from support.targets.aim import pool_keys


@pytest.fixture
def pool(tmp_path):
    ledger = Ledger(tmp_path / "ledger.jsonl")
    yield KeyPool(("pool-key-one", "pool-key-two"), ledger)
    ledger.close()


async def open_one(pool):
    tenant = (await pool.must("POST", "/api/v2/tenants", body={}))["id"]
    agent = await pool.must("POST", "/api/v2/agents", body={"tenant_id": tenant})
    key = {"tenant_id": tenant, "agent_id": agent["id"], "name": "甲", "permissions": ["chat"]}
    return key, await pool.must("POST", "/api/v2/api-keys", body=key)


async def test_each_tenant_gets_its_own_key_and_gives_it_back(pool):
    (_, first), (_, second) = await open_one(pool), await open_one(pool)
    assert {first["api_key"], second["api_key"]} == {"pool-key-one", "pool-key-two"}
    with pytest.raises(SuiteError, match="--keys"):
        await open_one(pool)
    assert await pool.remove(f"/api/v2/api-keys/{first['api_key_id']}", by=NOBODY)
    assert (await open_one(pool))[1]["api_key"] == first["api_key"]


async def test_what_it_cannot_do_names_the_capability(pool):
    body, _ = await open_one(pool)
    for path, again, lacking in (
        ("agents", {"tenant_id": body["tenant_id"]}, "多智能体"),
        ("api-keys", body, "发密钥"),
        ("api-keys", {**body, "permissions": ["admin"]}, "发密钥"),
    ):
        with pytest.raises(Unsupported, match=lacking):
            await pool.must("POST", f"/api/v2/{path}", body=again)
    with pytest.raises(Unsupported, match="管理面"):
        await pool.call("DELETE", f"/api/v2/tenants/{body['tenant_id']}")


async def test_keys_never_reach_the_ledger(pool, tmp_path):
    await open_one(pool)
    assert "pool-key" not in (tmp_path / "ledger.jsonl").read_text("utf-8")


@pytest.mark.parametrize("given", ["", "only-one", "twin,twin"])
def test_too_few_keys_is_a_configuration_error_with_the_fix(given):
    with pytest.raises(ConfigError, match="keys_env"):
        pool_keys(load_config(DEFAULT_CONFIG), {"MAIBOT_KEYS": given})
