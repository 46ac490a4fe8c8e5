"""智能体的配置：读出人设与模型设置，遮住模型密钥，写回时保住它。

职责：纯函数，只看配置字典本身。不做什么：不查库、不缓存（每次作答都重新读）。
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

MASK = "********"
DEFAULT_HISTORY_LINES = 30
_HISTORY_CEILING = 10_000
_SECRET = "api_key"


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """一个智能体自己的模型设置；None 表示用服务的缺省。"""

    base_url: str | None = None
    api_key: str | None = None
    model_name: str | None = None
    temperature: float | None = None
    max_tokens: int | None = None


def persona_text(config: Mapping[str, Any]) -> str:
    """人设的全部文字：persona、bot_overrides 与 config_overrides.personality。"""
    overrides = _mapping(config.get("config_overrides"))
    parts = (config.get("persona"), config.get("bot_overrides"), overrides.get("personality"))
    return "\n".join(text for part in parts for text in _texts(part) if text.strip())


def model_settings(config: Mapping[str, Any]) -> ModelSettings:
    """`config_overrides.model` 里这个智能体自己的设置；用第一个提供方。"""
    model = _mapping(_mapping(config.get("config_overrides")).get("model"))
    providers = model.get("api_providers")
    provider = _mapping(providers[0]) if isinstance(providers, list) and providers else {}
    return ModelSettings(
        base_url=_text(provider.get("base_url")),
        api_key=_text(provider.get(_SECRET)),
        model_name=_text(model.get("model_name")),
        temperature=_number(model.get("temperature")),
        max_tokens=_whole(model.get("max_tokens")),
    )


def history_lines(config: Mapping[str, Any]) -> int:
    """提示词里带多少行聊天记录：`config_overrides.chat.max_context_size`，写坏了按缺省。"""
    chat = _mapping(_mapping(config.get("config_overrides")).get("chat"))
    wanted = _whole(chat.get("max_context_size"))
    if wanted is None or wanted < 1:
        return DEFAULT_HISTORY_LINES
    return min(wanted, _HISTORY_CEILING)


def problem(config: Mapping[str, Any]) -> str | None:
    """配置哪里不能用（AGENT_011）；能用返回 None。"""
    overrides = config.get("config_overrides")
    model = overrides.get("model") if isinstance(overrides, dict) else None
    if not isinstance(model, dict) or "api_providers" not in model:
        return None
    providers = model["api_providers"]
    if not isinstance(providers, list) or not all(isinstance(item, dict) for item in providers):
        return "config_overrides.model.api_providers 必须是对象的列表"
    if not all(_is_web_url(item["base_url"]) for item in providers if item.get("base_url")):
        return "api_providers 的 base_url 必须是 http 或 https 地址"
    return None


def masked(value: Any) -> Any:
    """任何一层的 api_key 都换成星号；别的原样。"""
    if isinstance(value, dict):
        return {key: _hide(key, item) for key, item in value.items()}
    if isinstance(value, list):
        return [masked(item) for item in value]
    return value


def keep_secrets(new: Any, stored: Any) -> Any:
    """写回的配置里仍是星号的 api_key，沿用库里同一处的值。"""
    if isinstance(new, dict):
        old = _mapping(stored)
        return {key: _keep(key, item, old.get(key)) for key, item in new.items()}
    if isinstance(new, list):
        return [keep_secrets(item, _counterpart(item, at, stored)) for at, item in enumerate(new)]
    return new


def _hide(key: str, value: Any) -> Any:
    if key == _SECRET and isinstance(value, str):
        return MASK if value else value
    return masked(value)


def _keep(key: str, value: Any, stored: Any) -> Any:
    if key == _SECRET and value == MASK:
        return stored if isinstance(stored, str) else ""
    return keep_secrets(value, stored)


def _counterpart(item: Any, at: int, stored: Any) -> Any:
    """列表里对应的旧项：有名字按名字找，没有按位置。"""
    olds = stored if isinstance(stored, list) else []
    name = item.get("name") if isinstance(item, dict) else None
    if name is not None:
        return next((old for old in olds if _mapping(old).get("name") == name), None)
    return olds[at] if at < len(olds) else None


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _number(value: Any) -> float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _is_web_url(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)
