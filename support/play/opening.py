"""开场：把 behave 的 ``-D 名=值`` 变成一个装配好的 Stage。

职责：读旋钮、没有现成服务时自己起一套。不做什么：不跑场景。
``python -m behave`` 单独运行时走默认配置与内嵌服务；由 ``python -m support`` 拉起时，
地址、目录、种子都已在 userdata 与环境变量里给好。
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from support.config import DEFAULT_CONFIG, Config, load_config
from support.errors import ConfigError
from support.model import Canary, Event, Verdict
from support.play.stage import Explain, Reporting, Stage
from support.play.world import Settings
from support.records import Scene, dump_record
from support.reports.wording import evidence_lines, reproduce_command, violation_text
from support.targets.aim import aim
from support.targets.embedded import TOKEN_ENV, Endpoints, running

ROOT = Path(__file__).resolve().parents[2]
_KNOWN = {
    "config", "target", "seed", "pace", "concurrent_users", "control_url", "server_url",
    "run_id", "folder", "endpoints", "worker", "patience",
}  # fmt: skip


def new_run_id(now: datetime) -> str:
    """运行编号：时间加进程号，两次同时进行的运行不会相撞。"""
    return f"{now:%Y%m%d-%H%M%S}-{os.getpid()}"


def open_stage(userdata: Mapping[str, str], stack: ExitStack) -> Stage:
    """装配 Stage；它自己起的服务登记在 `stack` 上，随之停掉。"""
    _refuse_unknown(userdata)
    written = load_config(Path(userdata.get("config", str(DEFAULT_CONFIG))))
    urls = userdata.get("control_url"), userdata.get("server_url")
    config = aim(written, *urls, local=userdata.get("target"))
    patience = _number(userdata, "patience", config.timeouts.reply, float)
    config = replace(config, timeouts=replace(config.timeouts, reply=patience))
    run_id = userdata.get("run_id") or new_run_id(datetime.now())
    folder = Path(userdata.get("folder") or config.report.dir / f"behave-{run_id}")
    endpoints = _endpoints(userdata, config, folder, stack)
    key_env = config.target.operator_key_env
    settings = Settings(
        config=config,
        seed=_number(userdata, "seed", 0, int),
        pace=_number(userdata, "pace", config.settings.pace, float),
        concurrent_users=_number(
            userdata, "concurrent_users", config.settings.concurrent_users, int
        ),
        run_prefix=f"spec-{run_id}",
        worker=userdata.get("worker", "0"),
        operator_key=os.environ.get(key_env) if key_env else None,
        notice=lambda text: _say(userdata, "notice", text),
        progress=lambda text: _say(userdata, "progress", text),
    )
    reporting = Reporting(
        explain=_explainer(userdata.get("seed", "0")),
        finished=lambda record: _say(userdata, "scenario", dump_record(record)),
    )
    stage = Stage(settings, reporting, endpoints, folder)
    stack.callback(stage.close)
    stage.handle_interrupts()
    if "worker" in userdata:
        _stop_with_parent()
    return stage


def _refuse_unknown(userdata: Mapping[str, str]) -> None:
    for name in userdata:
        if name not in _KNOWN and "." not in name:
            raise ConfigError(
                "behave -D",
                key=name,
                found=userdata[name],
                allowed="、".join(sorted(_KNOWN)),
                fix="检查拼写",
            )


def _endpoints(
    userdata: Mapping[str, str], config: Config, folder: Path, stack: ExitStack
) -> Endpoints:
    given = userdata.get("endpoints")
    if given:
        read = json.loads(given)
        read["serve_options"] = tuple(read["serve_options"])
        return Endpoints(**read, token=os.environ[TOKEN_ENV])
    return stack.enter_context(running(config, folder))


def _number(userdata: Mapping[str, str], name: str, default: Any, kind: type) -> Any:
    text = userdata.get(name)
    if text is None:
        return default
    try:
        return kind(text)
    except ValueError:
        allowed = "整数" if kind is int else "数字"
        raise ConfigError(
            "behave -D", key=name, found=text, allowed=allowed, fix=f"例：-D {name}=3"
        ) from None


def _explainer(seed: str) -> Explain:
    def explain(
        verdict: Verdict, scene: Scene, events: Sequence[Event], canaries: Mapping[str, Canary]
    ) -> str:
        return violation_text(
            verdict,
            spec=f"{scene.id} {scene.name}",
            evidence=evidence_lines(verdict, events, canaries),
            reproduce=reproduce_command(scene.location, seed=seed),
        )

    return explain


def _say(userdata: Mapping[str, str], kind: str, text: str) -> None:
    """由运行器拉起时给它一行 JSON；单独运行 behave 时只把说明打印出来。"""
    if "worker" in userdata:
        line = json.dumps({"maispec": kind, "text": text}, ensure_ascii=False)
        print(line, file=sys.stderr, flush=True)
    elif kind == "notice":
        print(text, file=sys.stderr)


def _stop_with_parent() -> None:
    """运行器没了（标准输入关闭）就像按了 Ctrl-C 一样收场。"""

    def watch() -> None:
        sys.stdin.read()
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
