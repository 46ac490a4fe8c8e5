"""配置的样子：每一节一个冻结的数据类，字段旁边写着取值规则与缺省值。

职责：形状、规则、按编号查找。不做什么：不读文件（config）、不查引用（config_checks）。
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from support.config import schema
from support.config.schema import spec
from support.errors import ConfigError
from support.model import Known

_T = TypeVar("_T")

# 目标可能有、可能没有的本事；配置里写右边的中文，与特性文件的 @需.<能力> 同一套词。
CAPABILITIES: Mapping[str, str] = {
    "restart": "重启",
    "disable_key": "禁用密钥",
    "expiry": "密钥期限",
    "observer": "提示词可见",
    "barrier": "按住模型",
    "memory": "长期记忆",
    "suspend": "停用租户",
    "profiles": "人物资料",
    "sayings": "学到的说法",
    "pictures": "图片描述",
    "quotes": "引用",
    "control": "管理面",
    "control_auth": "管理面鉴权",
    "usage": "用量查询",
    "model_timeout": "模型限时",
    "limits": "限额",
    "agents": "多智能体",
    "persona": "人设",
    "own_model": "自家模型密钥",
    "issue_keys": "发密钥",
    "each_line": "逐句回复",
    "fallback": "兜底答复",
    "live_changes": "即改即用",
    "per_key": "按密钥送达",
    "blanks": "编号空白",
    "connection_platform": "平台看连接",
}
_CAPABILITY_WORDS = tuple(CAPABILITIES.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """运行的强度与节奏。`pace` 是真人停顿的倍率，0 表示不等。"""

    concurrent_users: int = spec(schema.whole(1, 3), 5)
    message_delay_min: float = spec(schema.number(0, 0.5), 1.0)
    message_delay_max: float = spec(schema.number(0, 2.0), 3.0)
    test_duration: int = spec(schema.whole(1, 600), 300)
    log_level: str = spec(schema.choice("DEBUG", "INFO", "WARNING", "ERROR", upper=True), "INFO")
    pace: float = spec(schema.number(0, 1.0), 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Llm:
    """生成话语用的大模型；没有密钥也没有地址就用模板。"""

    model_name: str = spec(schema.text('"gpt-3.5-turbo"'), "gpt-3.5-turbo")
    api_base: str | None = spec(
        schema.url("http", "https", example="https://api.openai.com/v1"), None
    )
    api_key: str | None = spec(schema.text('"env:OPENAI_API_KEY"'), None, secret=True)
    temperature: float = spec(schema.number(0, 0.8, maximum=2), 0.8)
    max_tokens: int = spec(schema.whole(1, 200), 200)
    timeout: float = spec(schema.number(0, 30.0, open_=True), 30.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantConfig:
    """一家租户。"""

    tenant_id: str = spec(schema.text('"tenant_a"'))
    tenant_name: str = spec(schema.text('"科技公司A"'))
    description: str = spec(schema.text(), "")
    settings: Mapping[str, Any] = spec(schema.free_table(), {})


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentConfig:
    """一个智能体，属于一家租户。"""

    agent_id: str = spec(schema.text('"assistant_tech"'))
    agent_name: str = spec(schema.text('"技术助手"'))
    personality: str = spec(schema.text('"专业、严谨、善于技术解答"'))
    tenant_id: str = spec(schema.text('"tenant_a"'))
    description: str = spec(schema.text(), "")
    settings: Mapping[str, Any] = spec(schema.free_table(), {})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformConfig:
    """一个平台。"""

    platform: str = spec(schema.text('"qq"'))
    name: str = spec(schema.text('"QQ"'))
    description: str = spec(schema.text(), "")
    settings: Mapping[str, Any] = spec(schema.free_table(), {})


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioConfig:
    """一场对话：谁、在哪个平台、跟哪个智能体、聊什么、说几句。"""

    name: str = spec(schema.text('"技术讨论群"'))
    description: str = spec(schema.text(), "")
    tenant_id: str = spec(schema.text('"tenant_a"'))
    agent_id: str = spec(schema.text('"assistant_tech"'))
    platform: str = spec(schema.text('"qq"'))
    user_id: str = spec(schema.text('"dev_001"'))
    group_id: str | None = spec(schema.text('"tech_group_001"'), None)
    message_count: int = spec(schema.whole(1, 15), 10)
    conversation_topics: tuple[str, ...] = spec(schema.texts('["Python编程", "算法优化"]'))
    settings: Mapping[str, Any] = spec(schema.free_table(), {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """被测目标：内嵌参考服务，或一处真实部署。"""

    kind: str = spec(schema.choice("embedded", "live"), "embedded")
    profile: str = spec(schema.choice("reference", "saas", "maibot", "maibot-legacy"), "reference")
    transport: str | None = spec(schema.choice("native", "socketio", "legacy"), None)
    name: str = spec(schema.text('"预发环境"'), "内置参考服务")
    version: str = spec(schema.text('"1.3.15"'), "")
    control_url: str | None = spec(
        schema.url("http", "https", example="http://127.0.0.1:8000"), None
    )
    server_url: str | None = spec(
        schema.url("ws", "wss", "http", "https", example="ws://127.0.0.1:8095/ws"), None
    )
    operator_key_env: str | None = spec(schema.env_name(), None, secret=True)
    keys_env: str | None = spec(schema.env_name(), None, secret=True)
    capabilities: tuple[str, ...] = spec(
        schema.texts('["管理面", "提示词可见"]', among=_CAPABILITY_WORDS, minimum=0),
        _CAPABILITY_WORDS,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ObserverConfig:
    """观察站：在哪里监听、被测服务从哪里找到它。"""

    listen: str = spec(schema.listen_address(), "127.0.0.1:0")
    public_url: str | None = spec(
        schema.url("http", "https", example="http://10.0.0.5:8900/v1"), None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """各处的耐心，单位秒。"""

    control: float = spec(schema.number(0, 15.0, open_=True), 15.0)
    connect: float = spec(schema.number(0, 15.0, open_=True), 15.0)
    reply: float = spec(schema.number(0, 8.0, open_=True), 8.0)
    start: float = spec(schema.number(0, 60.0, open_=True), 60.0)
    stop: float = spec(schema.number(0, 15.0, open_=True), 15.0)
    ping: float = spec(schema.number(0, 20.0, open_=True), 20.0)
    run: float = spec(schema.number(0, 3600.0, open_=True), 3600.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportConfig:
    """报告放哪里、趋势图看最近几次。"""

    dir: Path = spec(schema.folder(), Path("reports"))  # noqa: RUF009  Path 不可变，共用无妨
    history: int = spec(schema.whole(0, 20), 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownConfig:
    """目标的一条已知违反；`rows` 只说大纲里的哪几行。"""

    id: str = spec(schema.text('"KEY-03"'))
    since: str = spec(schema.day())
    reason: str = spec(schema.text('"上游尚未修复：……"'))
    link: str = spec(schema.url("http", "https", example="https://example.org/issues/1"), "")
    rows: tuple[str, ...] = spec(schema.texts('["用户编号"]'), ())

    def known(self) -> Known:
        """换成全套件通用的名词。"""
        return Known(self.id, self.since, self.reason, self.link, self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """一份读好、查过的配置。"""

    settings: Settings
    llm: Llm
    tenants: tuple[TenantConfig, ...]
    agents: tuple[AgentConfig, ...]
    platforms: tuple[PlatformConfig, ...]
    scenarios: tuple[ScenarioConfig, ...]
    target: Target
    observer: ObserverConfig
    timeouts: Timeouts
    report: ReportConfig
    path: Path
    known: tuple[Known, ...] = ()

    def known_for(self, spec: str, name: str) -> Known | None:
        """说到这个场景的那条已知违反；没有就是没有人知道它会违反。"""
        return next((known for known in self.known if known.covers(spec, name)), None)

    def tenant(self, tenant_id: str) -> TenantConfig:
        """按编号取租户。"""
        return self._pick("tenants", "tenant_id", tenant_id, self.tenants)

    def agent(self, agent_id: str) -> AgentConfig:
        """按编号取智能体。"""
        return self._pick("agents", "agent_id", agent_id, self.agents)

    def platform(self, platform: str) -> PlatformConfig:
        """按编号取平台。"""
        return self._pick("platforms", "platform", platform, self.platforms)

    def scenario(self, name: str) -> ScenarioConfig:
        """按名字取对话场景。"""
        return self._pick("scenarios", "name", name, self.scenarios)

    def _pick(self, section: str, key: str, wanted: str, rows: Iterable[_T]) -> _T:
        by_key = {str(getattr(row, key)): row for row in rows}
        if wanted in by_key:
            return by_key[wanted]
        raise ConfigError(
            str(self.path),
            key=f"[[{section}]].{key}",
            found=wanted,
            allowed="、".join(by_key),
            fix=f"改用上面的一个，或在 [[{section}]] 里加上它",
        )
