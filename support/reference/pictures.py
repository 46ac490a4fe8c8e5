"""图片：一个智能体看过的图片，各看一次。

职责：请模型用一句话描述，记住描述。不做什么：不在智能体之间共用；没看成的不记，下次再看。
同一张图片同时来了几次，也只看一次。
"""

from __future__ import annotations

import asyncio
import hashlib
import logging

from support.reference import prompt
from support.reference.calls import ModelCalls
from support.reference.directory import Record
from support.reference.provider import ModelFailed
from support.reference.segments import UNSEEN
from support.reference.store import Store

DESCRIPTION_CHARS = 500
Seen = tuple[str, str, str]
log = logging.getLogger("reference.pictures")


class Pictures:
    """看图的人。"""

    def __init__(self, store: Store, calls: ModelCalls) -> None:
        self._store, self._calls = store, calls
        self._looking: dict[Seen, asyncio.Lock] = {}

    async def describe(self, agent: Record, data: str) -> str:
        """一张图片的描述；看不成就是“一张图片”。"""
        if not data:
            return UNSEEN
        seen = self.key(agent, data)
        lock = self._looking.setdefault(seen, asyncio.Lock())
        try:
            async with lock:
                known = self._known(seen)
                return known if known is not None else await self._look(agent, seen, data)
        finally:
            if not lock.locked():
                self._looking.pop(seen, None)

    def key(self, agent: Record, data: str) -> Seen:
        """凭什么算同一张：同一租户、同一智能体、内容逐字相同。"""
        digest = hashlib.sha256(data.encode("utf-8")).hexdigest()
        return agent["tenant_id"], agent["id"], digest

    async def _look(self, agent: Record, seen: Seen, data: str) -> str:
        try:
            answer = await self._calls.ask(agent, prompt.picture_question(data), vision=True)
        except ModelFailed as failure:
            log.warning("一张图片没看成：%s", failure)
            return UNSEEN
        words = answer.strip()[:DESCRIPTION_CHARS]
        self._store.run(
            "INSERT OR REPLACE INTO pictures (tenant_id, agent_id, digest, words)"
            " VALUES (?, ?, ?, ?)",
            *seen,
            words,
        )
        return words

    def _known(self, seen: Seen) -> str | None:
        row = self._store.one(
            "SELECT words FROM pictures WHERE tenant_id = ? AND agent_id = ? AND digest = ?", *seen
        )
        return None if row is None else str(row["words"])
