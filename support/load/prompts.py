"""提示词：压测时一直从观察站取，留给判卷时重扫。

职责：取与留。不做什么：不判断。取得勤，观察站才不会放不下。
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp

from support.canary import find_tokens
from support.client.provider import Provider, fingerprint
from support.errors import SuiteError
from support.ledger import Ledger
from support.load.crowd import Resident
from support.load.evidence import Evidence
from support.load.rescan import NOWHERE
from support.model import Owner

_EVERY_S = 0.5


class PromptWatch:
    """一次压测的提示词。`kept` 是看见了几份。"""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        token: str,
        residents: Sequence[Resident],
        evidence: Evidence,
        *,
        timeout: float,
    ) -> None:
        self._by_key = {fingerprint(one.provider_key): one.tenant for one in residents}
        self.evidence, self.kept, self.trouble = evidence, 0, ""
        self._provider = Provider(
            session, url, token, Ledger(), timeout=timeout, attribute=self._take
        )

    def _take(self, record: Mapping[str, Any]) -> tuple[Owner, str, str] | None:
        """留下一份：正在答的那句话的口令写在最前，判卷时它就是第一枚。"""
        asked = find_tokens(record.get("asked") or record["tail"])
        place = self._by_key.get(record["key_fp"])
        if asked or place is not None:
            self.kept += 1
            text = f"{asked[-1] if asked else ''} {record['prompt']}"
            self.evidence.keep(NOWHERE if place is None else place, text.encode(errors="replace"))
        return None

    @property
    def doubt(self) -> str:
        """提示词作不了证的缘由：没取全，或一份也没看见；作得了证则为空。"""
        if self.trouble:
            return self.trouble
        return "" if self.kept else "一份提示词也没有看见：大模型多半没有指到观察站，越界只看了回复"

    async def run(self) -> None:
        """一直取到被取消；最后一次由 :meth:`finish` 取。"""
        while True:
            await asyncio.sleep(_EVERY_S)
            await self.finish()

    async def finish(self) -> None:
        """取走此刻有的；取不到就记下缘由，由判卷的人说。"""
        try:
            await self._provider.pull()
        except SuiteError as error:
            self.trouble = str(error)


@contextlib.asynccontextmanager
async def watching(watch: PromptWatch) -> Any:
    """其间一直取，离开前再取最后一次。"""
    task = asyncio.create_task(watch.run())
    try:
        yield watch
    finally:
        task.cancel()
        await asyncio.wait([task])
        await watch.finish()
