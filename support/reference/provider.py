"""模型提供方：向 OpenAI 兼容的端点要一次回答。

职责：拼地址与请求、限时、认出坏应答。不做什么：不重试、不缓存、不跟随重定向、
不存 cookie、不理会代理环境变量——任何一样都会让一家的东西流到另一家。
"""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp

from support.reference import ids
from support.reference.agent_config import ModelSettings
from support.reference.prompt import Message

DEFAULT_MODEL = "maibot-reference"
NO_KEY = "none"
_ANSWER_LIMIT = 100 * 1024 * 1024


class ModelFailed(Exception):
    """模型没给出能用的回答；消息里没有任何人的话。"""


def endpoint(base_url: str) -> str:
    """``…/chat/completions`` 的完整地址；`base_url` 没带路径就补 ``/v1``。"""
    parts = urlsplit(base_url)
    path = parts.path.rstrip("/") or "/v1"
    return urlunsplit((parts.scheme, parts.netloc, f"{path}/chat/completions", parts.query, ""))


class Provider:
    """模型客户端；智能体自己的设置优先，没有才用服务的缺省。"""

    def __init__(self, *, base_url: str, api_key: str, timeout: float) -> None:
        self._base_url, self._api_key = base_url, api_key
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """备好连接池。"""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=self._timeout,
            trust_env=False,
        )

    async def stop(self) -> None:
        """关掉连接池。"""
        if self._session is not None:
            await self._session.close()

    def credential(self, settings: ModelSettings) -> str:
        """这次调用带哪把密钥；服务自己的密钥不交给智能体自带的地址。"""
        if settings.api_key is not None:
            return settings.api_key
        return self._api_key if settings.base_url is None else NO_KEY

    def request_body(self, messages: list[Message], settings: ModelSettings) -> dict[str, Any]:
        """请求体；没设的参数不带。"""
        body: dict[str, Any] = {
            "model": settings.model_name or DEFAULT_MODEL,
            "messages": messages,
            "stream": False,
        }
        if settings.temperature is not None:
            body["temperature"] = settings.temperature
        if settings.max_tokens is not None:
            body["max_tokens"] = settings.max_tokens
        return body

    async def complete(self, messages: list[Message], settings: ModelSettings) -> str:
        """要一次回答；超时、非 200、应答坏了或是空的，都抛 :class:`ModelFailed`。"""
        try:
            return _words(await self._post(messages, settings))
        except asyncio.TimeoutError:
            raise ModelFailed("模型超时") from None
        except (aiohttp.ClientError, OSError) as error:
            raise ModelFailed(f"连不上模型：{type(error).__name__}") from None
        except (ValueError, LookupError, TypeError, RecursionError):
            raise ModelFailed("模型的应答不合格式") from None

    async def _post(self, messages: list[Message], settings: ModelSettings) -> bytes:
        assert self._session is not None, "先 start 再 complete"
        body = json.dumps(self.request_body(messages, settings), ensure_ascii=False)
        async with self._session.post(
            endpoint(settings.base_url or self._base_url),
            data=body.encode("utf-8"),
            headers={
                "Authorization": f"Bearer {self.credential(settings)}",
                "Content-Type": "application/json",
            },
            allow_redirects=False,
        ) as response:
            if response.status != 200:
                raise ModelFailed(f"模型回了 HTTP {response.status}")
            return await _read(response)


async def _read(response: aiohttp.ClientResponse) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in response.content.iter_any():
        size += len(chunk)
        if size > _ANSWER_LIMIT:
            raise ModelFailed("模型的应答太长")
        chunks.append(chunk)
    return b"".join(chunks)


def _words(answer: bytes) -> str:
    content = json.loads(answer)["choices"][0]["message"]["content"]
    if not isinstance(content, str) or not content.strip():
        raise ModelFailed("模型给了空的回答")
    return ids.clean(content)
