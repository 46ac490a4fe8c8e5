"""主线版 MaiBot 的配置：让它逐句作答、只连本机、把模型指到观察站。纯数据。

职责：配置里要改的键与值。不做什么：不写文件（configure）、不起进程。
每一项都是“要它可被检验”所必需的：不攒话、不引用、不改错字、不联网、不收集遥测。
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

#: 模型的名字：观察站凭它认出这是哪一步。
PLANNER, REPLYER, UTILS, EMBEDDING = (
    "maispec-planner",
    "maispec-replyer",
    "maispec-utils",
    "maispec-embedding",
)
#: 任务 → 用哪个模型；没有的任务（识图、语音）留空，实例就不做。
_TASKS = {
    "replyer": REPLYER,
    "planner": PLANNER,
    "memory": UTILS,
    "utils": UTILS,
    "learner": UTILS,
    "fast_model": UTILS,
    "embedding": EMBEDDING,
}
_PROVIDER = "maispec"


@dataclass(frozen=True, slots=True)
class Plan:
    """一台实例要用的端口、密钥与平台。"""

    api_port: int
    legacy_port: int
    model_port: int
    platforms: tuple[str, ...]
    keys: tuple[str, ...] = field(repr=False)
    model_key: str = field(repr=False)


def wanted(plan: Plan) -> dict[str, Any]:
    """交给 configure 的单子。"""
    return {
        "config/bot_config.toml": {"set": _bot(plan)},
        "config/model_config.toml": {
            "set": {f"model_task_config.{task}.model_list": [m] for task, m in _TASKS.items()},
            "replace": {"models": _models(), "api_providers": [_provider(plan)]},
        },
    }


def _bot(plan: Plan) -> dict[str, Any]:
    accounts = accounts_of(plan.platforms)
    return {
        "bot.platform": plan.platforms[0],
        "bot.qq_account": accounts[0].partition(":")[2],
        "bot.platforms": list(accounts[1:]),
        "chat.reply_timing.message_debounce_mode": "off",
        "chat.reply_timing.talk_value": 1,
        "chat.reply_timing.no_action_backoff_base_seconds": 0,
        "chat.reply_timing.no_action_backoff_bypass_pending_count": 1,
        "chat.reply_style.group_quote_frequency": "never",
        "chat.reply_style.private_quote_frequency": "never",
        "response_post_process.enable_response_post_process": False,
        "response_post_process.typing_speed": 0.0,
        "chinese_typo.enable": False,
        "response_splitter.enable": False,
        "telemetry.enable": False,
        "webui.enabled": False,
        "mcp.enable": False,
        "plugin_runtime.enabled": False,
        "plugin_runtime.render.enabled": False,
        "plugin_runtime.render.auto_download_chromium": False,
        "debug.enable_console_input": False,
        "emoji.steal_emoji": False,
        "maim_message.ws_server_host": "127.0.0.1",
        "maim_message.ws_server_port": plan.legacy_port,
        # 旧版端口也要一池密钥，一把才当得了一家。
        "maim_message.auth_token": list(plan.keys),
        "maim_message.enable_api_server": True,
        "maim_message.api_server_host": "127.0.0.1",
        "maim_message.api_server_port": plan.api_port,
        "maim_message.api_server_allowed_api_keys": list(plan.keys),
    }


def accounts_of(platforms: Sequence[str]) -> tuple[str, ...]:
    """每个平台都要声明一个账号，否则那里的话会被确认、却永远没有回复。"""
    return tuple(f"{name}:{10001 + at}" for at, name in enumerate(platforms))


def _models() -> list[dict[str, Any]]:
    def model(name: str) -> dict[str, Any]:
        return {
            "model_type": "embedding" if name == EMBEDDING else "llm",
            "model_identifier": name,
            "name": name,
            "api_provider": _PROVIDER,
            "price_in": 0.0,
            "price_out": 0.0,
        }

    return [model(name) for name in (PLANNER, REPLYER, UTILS, EMBEDDING)]


def _provider(plan: Plan) -> dict[str, Any]:
    return {
        "name": _PROVIDER,
        "base_url": f"http://127.0.0.1:{plan.model_port}/v1",
        "api_key": plan.model_key,
        "client_type": "openai",
        "max_retry": 1,
        "timeout": 60,
        "retry_interval": 1,
    }
