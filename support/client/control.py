"""管理面客户端：开通与变更租户、智能体、密钥；每个应答体都记进台账。

职责：一次调用、一笔台账、一个明确的结果。不做什么：不重试、不判断隔离与否。
约定（wire-contract §1）：业务失败也是 200，必须看 ``success``，不能看状态码。
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp

from support.client.lasting import lasting
from support.errors import ProtocolError, TargetUnreachable
from support.ledger import Ledger
from support.model import NOBODY, Kind, Owner, Surface

#: 应答体里值为密钥的键；记账之前先登记，之后任何地方都只剩首尾。
_SECRET_KEYS = ("api_key",)


@dataclass(frozen=True, slots=True)
class Answer:
    """管理面的一次应答。`data` 成功时是业务数据，失败时为空字典；`text` 是原文，可能含密钥。"""

    success: bool
    status: int
    error_code: str
    message: str
    data: Any
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = field(default="", repr=False)


class ControlPlane:
    """一个被测服务的管理面。`timeout` 单位秒；`operator_key` 只在部署要求鉴权时给。"""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base_url: str,
        ledger: Ledger,
        *,
        timeout: float,
        operator_key: str | None = None,
    ) -> None:
        self._session = session
        self._base = base_url.rstrip("/")
        self._ledger = ledger
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._headers = {"X-API-Key": operator_key} if operator_key else {}
        self._underway: set[asyncio.Task[Answer]] = set()

    async def call(
        self,
        method: str,
        path: str,
        *,
        by: Owner = NOBODY,
        body: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
        key: str | None = None,
    ) -> Answer:
        """发一次请求。`by` 是“替谁办事”：越界审计据此判断应答体里能出现谁的口令。

        `key` 是亮出的密钥；不给就用运营方的。发出去的收不回来：等的人不等了，它也照样走完。
        """
        with lasting():
            exchange = asyncio.ensure_future(self._exchange(method, path, by, body, params, key))
        self._underway.add(exchange)
        exchange.add_done_callback(self._underway.discard)
        return await asyncio.shield(exchange)

    async def settled(self) -> None:
        """等发出去的请求都有了结果：在那之前，服务那头还会多出东西来。"""
        await asyncio.gather(*self._underway, return_exceptions=True)

    async def _exchange(
        self,
        method: str,
        path: str,
        by: Owner,
        body: Mapping[str, Any] | None,
        params: Mapping[str, str] | None,
        key: str | None,
    ) -> Answer:
        url = f"{self._base}{path}"
        headers = self._headers if key is None else {"X-API-Key": key}
        try:
            async with self._session.request(
                method, url, json=body, params=params, headers=headers, timeout=self._timeout
            ) as response:
                status, text = response.status, await response.text()
                shown = dict(response.headers)
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            raise TargetUnreachable(
                f"管理面没有应答：{method} {url}（{type(error).__name__}）。"
                "请确认服务在运行、地址正确，再看 [timeouts].control 是否太短。"
            ) from None
        answer, raw = self._parse(method, path, status, text)
        self._learn(raw)
        self._ledger.add(
            Kind.BODY,
            by=by,
            surface=Surface.BODY,
            text=_decoded(raw, text),
            method=method,
            path=path,
            status=status,
            success=answer.success,
            error_code=answer.error_code,
        )
        return replace(answer, headers=shown, text=text)

    @staticmethod
    def _parse(method: str, path: str, status: int, text: str) -> tuple[Answer, Any]:
        try:
            raw = json.loads(text)
        except ValueError:
            raise ProtocolError(f"管理面应答不是 JSON：{method} {path} → {status}") from None
        if not isinstance(raw, dict) or "success" not in raw:
            if status < 400:
                return Answer(True, status, "", "", raw), raw
            return Answer(False, status, f"HTTP_{status}", str(raw)[:200], {}), raw
        answer = Answer(
            success=bool(raw["success"]) and status < 400,
            status=status,
            error_code=raw.get("error_code") or "",
            message=raw.get("message") or "",
            data=raw.get("data") or {},
        )
        return answer, raw

    def _learn(self, raw: Any) -> None:
        if isinstance(raw, dict):
            for key, value in raw.items():
                if key in _SECRET_KEYS and isinstance(value, str):
                    self._ledger.redactor.learn(value)
                else:
                    self._learn(value)
        elif isinstance(raw, list):
            for item in raw:
                self._learn(item)

    async def must(
        self,
        method: str,
        path: str,
        *,
        by: Owner = NOBODY,
        body: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Any:
        """同 :meth:`call`，但办不成就是 :class:`ProtocolError`（准备工作没有成立）。"""
        answer = await self.call(method, path, by=by, body=body, params=params)
        if not answer.success:
            raise ProtocolError(
                f"管理面没有办成：{method} {path} → {answer.status} "
                f"{answer.error_code} {answer.message}".strip()
            )
        return answer.data

    async def remove(self, path: str, *, by: Owner) -> bool:
        """删除一样东西；已经不在也算删掉了。返回是否确实不在了。"""
        answer = await self.call("DELETE", path, by=by)
        if answer.success:
            return True
        return not (await self.call("GET", path, by=by)).success


def _decoded(raw: Any, text: str) -> str:
    """应答体的每个字符串都还原成原样：转义过的口令也要扫得出来。"""
    if isinstance(raw, dict):
        return " ".join(_decoded(part, "") for pair in raw.items() for part in pair)
    if isinstance(raw, list):
        return " ".join(_decoded(part, "") for part in raw)
    return text if raw is None else str(raw)
