"""归属：一份提示词是替谁作答时看见的，一枚口令是谁的。

职责：由台账收进口令与模型密钥的主人，据此认出观察站的一条记录归谁。
不做什么：不判断看得看不得（oracles），不取记录（client.provider）。
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from support.canary import find_tokens
from support.ledger import Ledger
from support.model import Canary, Owner
from support.oracles import leaks


class Attribution:
    """一个进程里全部口令与模型密钥的主人。`agents` 是模型密钥的指纹 → (智能体, 场景)。"""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger, self._read = ledger, 0
        self.canaries: dict[str, Canary] = {}
        self.agents: dict[str, tuple[Owner, str]] = {}

    def learn(self) -> None:
        """把台账里新登记的口令收进来。"""
        fresh = self._ledger.since(self._read)
        self._read = self._ledger.mark()
        self.canaries.update(leaks.manifest(fresh))

    def place(self, record: Mapping[str, Any]) -> tuple[Owner, str, str] | None:
        """先看模型密钥是谁的，再看正在作答的那句话（剧本点明的，或末尾的口令）是谁的。"""
        self.learn()
        by_key = self.agents.get(record["key_fp"])
        asked = record.get("asked")
        if by_key is None and record["kind"] != "reply" and not asked:
            # 大家共用一把模型密钥时，内部的小步骤不知道是替谁做的；不猜。
            return None
        tokens = find_tokens(asked or record["tail"])
        canary = self.canaries.get(tokens[-1]) if tokens else None
        if canary is None:
            return None if by_key is None else (by_key[0], "", by_key[1])
        owner = canary.owner
        if by_key is None or (by_key[0].tenant, by_key[0].agent) == (owner.tenant, owner.agent):
            return owner, canary.token, canary.scenario
        return by_key[0], canary.token, by_key[1]
