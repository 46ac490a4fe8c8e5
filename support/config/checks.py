"""配置的交叉检查：引用对不对得上、有没有重名、目标说得全不全。

职责：单个字段看不出来的毛病。不做什么：不读文件、不改配置。
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from support.config.schema import Problems, is_loopback, show, split_listen

if TYPE_CHECKING:
    from support.config.model import ObserverConfig, Settings, Target

Rows = Mapping[str, list[Any]]  # 每节一列；读坏了的行是 None，位置保留

# 哪一节的哪个键在什么范围里不许重复（空串表示整个文件）。
_UNIQUE = (
    ("tenants", "tenant_id", ""),
    ("tenants", "tenant_name", ""),
    ("agents", "agent_id", ""),
    ("agents", "agent_name", "tenant_id"),
    ("platforms", "platform", ""),
    ("scenarios", "name", ""),
)
# 谁引用谁：节、键、被引用的节（被引用的键同名）。
_REFERENCES = (
    ("agents", "tenant_id", "tenants"),
    ("scenarios", "tenant_id", "tenants"),
    ("scenarios", "agent_id", "agents"),
    ("scenarios", "platform", "platforms"),
)


def row_key(section: str, number: int, key: str = "") -> str:
    """给人看的位置：``[[scenarios]] 第 2 个 .tenant_id``。"""
    return f"[[{section}]] 第 {number} 个" + (f" .{key}" if key else "")


def check_rows(rows: Rows, document: Mapping[str, Any], problems: Problems) -> None:
    """查重名、悬空引用、别家的智能体。"""
    for section, key, within in _UNIQUE:
        _check_unique(rows, section, key, within, problems)
    for section, key, target in _REFERENCES:
        known = _written(document, target, key)
        for number, row in _numbered(rows, section):
            value = getattr(row, key)
            if value not in known:
                problems.add(
                    row_key(section, number, key),
                    found=show(value),
                    allowed=f"[[{target}]] 里写过的：{'、'.join(known)}",
                    fix=f"改成上面的一个，或补上 [[{target}]] {key} = {show(value).split('（')[0]}",
                )
    _check_agents(rows, _written(document, "tenants", "tenant_id"), problems)


def check_settings(settings: Settings | None, problems: Problems) -> None:
    """停顿的下限不能超过上限。"""
    if settings is None or settings.message_delay_min <= settings.message_delay_max:
        return
    low, high = settings.message_delay_min, settings.message_delay_max
    problems.add(
        "[settings].message_delay_min",
        found=f"{low:g}，而 message_delay_max 是 {high:g}",
        allowed="不大于 message_delay_max",
        fix=f"把 message_delay_min 改小，或把 message_delay_max 改到 {low:g} 以上",
    )


def check_target(
    target: Target | None,
    observer: ObserverConfig | None,
    written: Mapping[str, Any],
    problems: Problems,
) -> None:
    """内嵌目标只许用本机；真实部署要说清名字与地址。"""
    if target is None:
        return
    if target.kind == "embedded":
        _check_loopback(target, observer, problems)
        _check_spoken(target, problems)
        return
    needed = {"name": '"预发环境"', "server_url": '"ws://10.0.0.8:8095/ws"'}
    if "管理面" in target.capabilities:
        needed["control_url"] = '"http://10.0.0.8:8000"'
    for key, example in needed.items():
        if written.get(key) in (None, "", "null"):
            problems.add(
                f"[target].{key}",
                found="缺少这一项",
                allowed='kind = "live" 时必填',
                fix=f"加上一行，例：{key} = {example}",
            )


def _check_loopback(target: Target, observer: ObserverConfig | None, problems: Problems) -> None:
    hosts = {
        f"[target].{key}": urlsplit(value).hostname or ""
        for key, value in (("control_url", target.control_url), ("server_url", target.server_url))
        if value
    }
    if observer is not None:
        hosts["[observer].listen"] = split_listen(observer.listen)[0]
    for key, host in hosts.items():
        if not is_loopback(host):
            problems.add(
                key,
                found=f"主机 {host}",
                allowed='kind = "embedded" 时只许本机回环（127.0.0.1、localhost、::1）',
                fix='要测真实部署，从 configs/live.example.toml 抄一份，里面 kind = "live"',
            )


def _check_spoken(target: Target, problems: Problems) -> None:
    if target.transport == "legacy":
        problems.add(
            "[target].transport",
            found='"legacy"',
            allowed='kind = "embedded" 时是 native 或 socketio：内置参考服务不说旧版',
            fix='改成 transport = "socketio"，或删掉这一行',
        )


def _check_unique(rows: Rows, section: str, key: str, within: str, problems: Problems) -> None:
    seen: dict[tuple[str, str], int] = {}
    for number, row in _numbered(rows, section):
        value = getattr(row, key)
        first = seen.setdefault((getattr(row, within) if within else "", value), number)
        if first != number:
            scope = "同一租户里" if within else "整个文件里"
            problems.add(
                row_key(section, number, key),
                found=f"{show(value)}，与第 {first} 个相同",
                allowed=f"{scope}互不相同",
                fix="给其中一个换个写法，或删掉重复的一节",
            )


def _check_agents(rows: Rows, tenants: list[str], problems: Problems) -> None:
    owner = {row.agent_id: row.tenant_id for _, row in _numbered(rows, "agents")}
    for number, row in _numbered(rows, "scenarios"):
        home = owner.get(row.agent_id, row.tenant_id)
        if home != row.tenant_id and row.tenant_id in tenants:
            own = [agent for agent, tenant in owner.items() if tenant == row.tenant_id]
            problems.add(
                row_key("scenarios", number, "agent_id"),
                found=f"{row.agent_id}，它属于 {home}，不属于 {row.tenant_id}",
                allowed=f"{row.tenant_id} 的智能体：{'、'.join(own) or '（还没有）'}",
                fix=f"换成上面的一个，或把 tenant_id 改成 {home}",
            )


def _numbered(rows: Rows, section: str) -> Iterator[tuple[int, Any]]:
    return ((number, row) for number, row in enumerate(rows[section], 1) if row is not None)


def _written(document: Mapping[str, Any], section: str, key: str) -> list[str]:
    """文件里写过的编号；读坏了的行也算，免得一处毛病报成一串。"""
    given = document.get(section)
    tables = given if isinstance(given, list) else []
    return [str(table[key]) for table in tables if isinstance(table, dict) and key in table]
