"""观察站客户端：取回模型端点看见的提示词，给它定剧本、设闸、放行。

职责：观察站的控制面。不做什么：不决定提示词归谁（World 给出归属），不判断。
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp

from support.errors import SuiteError
from support.ledger import Ledger
from support.model import Kind, Owner, Surface

_UNPLACED = "unplaced"
_UNSETTLED = ("pending", "held")


def fingerprint(key: str) -> str:
    """模型密钥的指纹：归属靠它，密钥本身从不离开内存。"""
    return hashlib.sha256(key.encode()).hexdigest()[:16] if key else ""


class Provider:
    """观察站的控制面。`attribute` 把一条记录归给某人；返回 None 表示与本进程无关。"""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        control_url: str,
        token: str,
        ledger: Ledger,
        *,
        timeout: float,
        attribute: Callable[[Mapping[str, Any]], tuple[Owner, str, str] | None],
    ) -> None:
        self._session = session
        self._base = control_url.rstrip("/") + "/_observer"
        self._headers = {"X-Observer-Token": token}
        self._ledger = ledger
        self._timeout = timeout
        self._attribute = attribute
        self._after = 0
        self._dropped = 0
        self._taken: set[int] = set()
        #: 剧本认不出的请求：模型名 → 次数。
        self.unplaced: Counter[str] = Counter()

    async def _call(self, method: str, path: str, **options: Any) -> Any:
        wait = aiohttp.ClientTimeout(total=self._timeout + options.pop("patience", 0.0))
        try:
            async with self._session.request(
                method, self._base + path, headers=self._headers, timeout=wait, **options
            ) as response:
                if response.status >= 400:
                    raise SuiteError(f"观察站拒绝了 {method} {path}：{response.status}")
                return await response.json()
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            raise SuiteError(f"观察站没有应答：{method} {path}（{type(error).__name__}）") from None

    async def pull(self) -> None:
        """把新出现且已有结局的提示词记进台账。

        观察站先落记录、后送出答案，所以收到了回复就一定拉得到它的提示词。
        """
        answer = await self._call("GET", "/records", params={"after": str(self._after)})
        if answer["dropped"] > max(self._after, self._dropped):
            self._dropped = answer["dropped"]
            raise SuiteError("观察站放不下了，丢掉了还没取走的提示词：证据不全")
        lowest_open = None
        for record in answer["records"]:
            if record["outcome"] in _UNSETTLED:
                lowest_open = record["seq"] if lowest_open is None else lowest_open
            elif record["seq"] not in self._taken:
                self._taken.add(record["seq"])
                if record["kind"] == _UNPLACED:
                    self.unplaced[record["model"]] += 1
                self._record(record)
        self._after = answer["last"] if lowest_open is None else lowest_open - 1
        self._taken = {seq for seq in self._taken if seq > self._after}

    async def saw_any(self, *, patience: float) -> bool:
        """观察站有没有看见过任何请求；还没有就等，最多 `patience` 秒。"""
        params = {"after": "0", "wait": str(patience)}
        answer = await self._call("GET", "/records", params=params, patience=patience)
        return bool(answer["last"])

    async def settles(self, *, quiet: float, limit: float) -> bool:
        """等到 `quiet` 秒里没有新请求；`limit` 秒还等不到返回假。等的时候照常取走提示词。"""
        clock = asyncio.get_running_loop().time
        last, until = self._after, clock() + limit
        while clock() < until:
            params = {"after": str(last), "wait": str(quiet)}
            answer = await self._call("GET", "/records", params=params, patience=quiet)
            if answer["last"] == last:
                return True
            last = answer["last"]
            await self.pull()
        return False

    def _record(self, record: Mapping[str, Any]) -> None:
        placed = self._attribute(record)
        if placed is None:
            return
        owner, token, scenario = placed
        self._ledger.add(
            Kind.PROMPT,
            by=owner,
            token=token,
            scenario=scenario,
            surface=Surface.PROMPT,
            text=record["prompt"],
            mono=record["mono"],
            wall=record["wall"],
            ended=record["ended"],
            key_fp=record["key_fp"],
            model=record["model"],
            params=record["params"],
            outcome=record["outcome"],
            step=record.get("kind") or "reply",
        )

    async def script(
        self, action: str, *, key: str = "", contains: str = "", **details: Any
    ) -> str:
        """给某把模型密钥的调用定一条剧本，返回剧本编号。`action` 见观察站文档。

        `contains` 非空时只管提示词里有这段文字的调用。
        """
        given = {"key_fp": fingerprint(key), "contains": contains}
        match = {name: value for name, value in given.items() if value}
        body = {"match": match, "action": action, **details}
        answer = await self._call("POST", "/rules", json=body)
        return str(answer["id"])

    async def held(self, rule: str, *, count: int, patience: float) -> bool:
        """等到至少 `count` 次调用停在闸前；`patience` 秒内没等到返回假。"""
        params = {"held": str(count), "wait": str(patience)}
        answer = await self._call("GET", f"/rules/{rule}", params=params, patience=patience)
        return bool(answer["held"] >= count)

    async def release(self, rule: str, *, patience: float) -> None:
        """撤掉剧本，停在闸前的调用随即照常作答；最多等 `patience` 秒，等它们都答完。"""
        params = {"wait": str(patience)}
        await self._call("DELETE", f"/rules/{rule}", params=params, patience=patience)
