"""请大模型替用户写话：分批要、去重、认得各种不配合。

职责：任何 OpenAI 兼容的地址都能用；用不上时说得出缘由。
不做什么：不补模板（那是 compose 的事），缘由里不带密钥。
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from support.config import Llm
from support.config.schema import is_loopback
from support.generator.brief import Brief, essence, messages, read_answer, schema
from support.generator.templates import plan_topics
from support.generator.utterance import Utterance

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_OFFICIAL = "https://api.openai.com/v1"  # 明写出来，免得被 OPENAI_BASE_URL 悄悄改道
_BATCH = 10
_SPARE_ROUNDS = 2  # 有重复或少给时，最多多要几轮
_RETRIES = 2


class _Unusable(Exception):
    """大模型这回用不上；消息就是给人看的缘由。"""


async def write_talk(
    brief: Brief, *, llm: Llm, seed: int, count: int
) -> tuple[list[Utterance], str]:
    """至多 `count` 句，以及没写够的缘由（写够了是空串）。"""
    if not llm.api_key and not llm.api_base:
        return [], "没有配置 [llm].api_key，也没有配置 [llm].api_base"
    written: list[Utterance] = []
    try:
        async with _client(llm) as client:
            pen = _Pen(client, llm, brief, seed=seed)
            topics = plan_topics(brief.scenario.conversation_topics, count)
            for _ in range(-(-count // _BATCH) + _SPARE_ROUNDS):
                if len(written) == count:
                    break
                wanted = topics[len(written) : len(written) + _BATCH]
                written += await pen.write(wanted, written, of=count)
    except _Unusable as error:
        return written, str(error)
    return written, "" if len(written) == count else "它给的话太少或总在重复"


class _Pen:
    """一段对话用的一支笔；记住这家服务认哪种要法，不再从头试。"""

    def __init__(self, client: AsyncOpenAI, llm: Llm, brief: Brief, *, seed: int) -> None:
        self._client, self._llm, self._brief = client, llm, brief
        self._forms = _forms(brief, llm, seed)

    async def write(
        self, topics: Sequence[str], written: Sequence[Utterance], *, of: int
    ) -> list[Utterance]:
        """要一批，返回其中没说过的。"""
        said = [line.text for line in written]
        answer = await self._ask(messages(self._brief, topics=topics, said=said, of=of))
        known = self._brief.scenario.conversation_topics
        try:
            lines = read_answer(answer, topics=topics, known=known)
        except (ValueError, RecursionError) as error:
            raise _Unusable("它的回答不是约定的 JSON") from error
        seen = {essence(text) for text in said}
        fresh = []
        for line in lines:
            mark = essence(line.text)
            if mark and mark not in seen:
                seen.add(mark)
                fresh.append(line)
        return fresh

    async def _ask(self, prompt: list[Any]) -> str:
        import openai

        while True:
            try:
                answer = await self._client.chat.completions.create(
                    model=self._llm.model_name, messages=prompt, **self._forms[0]
                )
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                if len(self._forms) == 1:
                    raise _Unusable(f"请求被拒绝（{error.status_code}），哪种要法都不认") from error
                self._forms.pop(0)
            except openai.OpenAIError as error:
                raise _Unusable(_why(error, self._llm)) from error
            except ValueError as error:
                raise _Unusable("它的应答不是 JSON") from error
            else:
                return _content(answer)


def _forms(brief: Brief, llm: Llm, seed: int) -> list[dict[str, Any]]:
    """从严到宽的几种要法；服务不认就退一步。"""
    strict = {"name": "talk", "strict": True, "schema": schema(brief)}
    # 配置里的 max_tokens 是每句话的上限，一次要一批就乘上一批的句数。
    tuned = {"temperature": llm.temperature, "max_tokens": llm.max_tokens * _BATCH}
    return [
        {**tuned, "seed": seed, "response_format": {"type": "json_schema", "json_schema": strict}},
        {**tuned, "response_format": {"type": "json_object"}},
        tuned,
        {},  # 有的模型连 temperature、max_tokens 都不许写
    ]


def _client(llm: Llm) -> AsyncOpenAI:
    import openai

    base = llm.api_base or _OFFICIAL
    direct = None
    if is_loopback(urlsplit(base).hostname or ""):
        # 本机的地址绝不走代理；别处照环境里的代理设置。
        direct = openai.DefaultAsyncHttpxClient(trust_env=False)
    return openai.AsyncOpenAI(
        base_url=base,
        api_key=llm.api_key or "none",
        timeout=llm.timeout,
        max_retries=_RETRIES,
        http_client=direct,
    )


def _content(answer: Any) -> str:
    """取出正文；缺了哪一层都算没有。"""
    choices = getattr(answer, "choices", None)
    message = getattr(choices[0], "message", None) if choices else None
    content = getattr(message, "content", None)
    if not isinstance(content, str) or not content.strip():
        raise _Unusable("它的回答是空的")
    return content


def _why(error: Exception, llm: Llm) -> str:
    """把客户端的异常说成中文；不转述原文，原文里可能有密钥。"""
    import openai

    if isinstance(error, openai.APITimeoutError):
        return f"{llm.timeout:g} 秒内没有答复（重试了 {_RETRIES} 次）"
    if isinstance(error, openai.APIConnectionError):
        return f"连不上 {llm.api_base or _OFFICIAL}"
    if isinstance(error, openai.APIStatusError):
        known = {
            401: "密钥被拒绝（401）",
            403: "没有权限（403）",
            404: f"没有模型 {llm.model_name}，或地址写错了（404）",
            429: "频率或额度用尽（429）",
        }
        return known.get(error.status_code, f"服务答以 {error.status_code}")
    return f"它的应答不合约定（{type(error).__name__}）"
