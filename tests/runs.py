"""端到端测试的家伙：像用户一样起一次运行，读它留下的东西。"""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
#: 一次运行多久还没完就是卡死了；只管失败时何时认输。
PATIENCE = 3600
LLM_KEY = "sk-test-0123456789abcdef0123456789"
SECRETS = re.compile(rb"mmc_[A-Za-z0-9+/=]{24,}|sk-maispec-[0-9a-f]{16,}|" + LLM_KEY.encode())
#: 只有说身份与注销的规格里才有拒绝。
REFUSING = {"KEY", "BADGE", "CLAIM", "LIFE", "REMOVE", "ACCOUNT"}

#: 共用的、要鉴权的、要重启的服务都用上，也有人被拒绝、有一场要造话的对话。
SOME = (
    "HIST-01", "HIST-03", "DELIV-01", "NOISE-01", "MGMT-01", "TOUCH-01", "DAILY-01",
    "KEY-01", "KEY-02", "BADGE-02", "CLAIM-01", "LIFE-01", "REMOVE-01", "ACCOUNT-01", "ACCOUNT-04",
)  # fmt: skip


@dataclass(frozen=True)
class Finished:
    """一次跑完的运行。"""

    code: int
    output: str
    folder: Path

    @property
    def results(self) -> dict[str, Any]:
        return json.loads((self.folder / "results.json").read_text("utf-8"))

    def verdicts(self, spec: str) -> set[str]:
        return {one["verdict"] for one in self.results["scenarios"] if one["id"] == spec}

    def total(self, column: str) -> int:
        return sum(tenant[column] for tenant in self.results["tenants"])


def only(*specs: str) -> tuple[str, str]:
    """只跑这几条规格。"""
    return "--tags", " or ".join(f"@{spec}" for spec in specs)


def start(reports: Path, *options: str, page: bool = False) -> subprocess.Popen[str]:
    """起一次运行；网页要 Node 做上几秒，不看它的测试就不要。"""
    options = options if page else ("--no-page", *options)
    return subprocess.Popen(
        [sys.executable, "-m", "support", "--report-dir", str(reports), *options],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )


def finish(process: subprocess.Popen[str], reports: Path, seen: str = "") -> Finished:
    output, _ = process.communicate(timeout=PATIENCE)
    return Finished(process.returncode, seen + output, (reports / "latest").resolve())


def run(reports: Path, *options: str, page: bool = False) -> Finished:
    return finish(start(reports, *options, page=page), reports)


def run_until(
    reports: Path,
    line_has: str | Callable[[str], bool],
    act: Callable[[subprocess.Popen[str]], None],
    *options: str,
) -> Finished:
    """跑到输出里出现某句话时动一次手，再等它结束。"""
    process, seen = start(reports, *options), ""
    assert process.stdout is not None
    for line in process.stdout:
        seen += line
        if line_has(line) if callable(line_has) else line_has in line:
            act(process)
            return finish(process, reports, seen)
    raise AssertionError(f"直到结束也没有看到“{line_has}”：\n{seen}")


def load(reports: Path, *options: str) -> Finished:
    """跑一次压测；走主命令的门。"""
    return _of_load(run(reports, "--mode", "concurrent", *options), reports)


def steady(path: Path) -> tuple[str, ...]:
    """压测的选项：一套与机器快慢无关的强度，写在 `path`。

    快慢的条件与耐心都放到一分钟：答得慢不算没过关，也不算丢；该有的条件一条不少。
    """
    thresholds = ["p99 < 60 s", "丢失 = 0", "重复 = 0", "乱序 = 0"]
    written = json.dumps(thresholds, ensure_ascii=False)
    path.write_text(f"[profiles.steady]\npatience = 60.0\nthresholds = {written}\n", "utf-8")
    return "--load-file", str(path), "--profile", "steady"


def load_until(
    reports: Path, answered: int, act: Callable[[subprocess.Popen[str]], None], *options: str
) -> Finished:
    """压测到实况里说已经答了 `answered` 句时动一次手，再等它结束。"""

    def enough(line: str) -> bool:
        told = re.search(r"秒：说 \d+，答 (\d+)", line)
        return told is not None and int(told[1]) >= answered

    done = run_until(reports, enough, act, "--mode", "concurrent", *options)
    return _of_load(done, reports)


def _of_load(done: Finished, reports: Path) -> Finished:
    """压测的目录自有名字，带着时刻；取最后一次的。"""
    folders = sorted(reports.glob("load-*"))
    return replace(done, folder=folders[-1]) if folders else done


def make_config(path: Path, *changes: tuple[str, str]) -> Path:
    """以默认配置为底，逐处改写成别的。"""
    text = (ROOT / "configs" / "embedded.toml").read_text("utf-8")
    for old, new in changes:
        assert old in text, f"默认配置里没有“{old}”"
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    return path


@contextmanager
def deployment(folder: Path, mutant: str) -> Iterator[str]:
    """一台有意写错的参考服务，当作别人的部署；给出对着它的配置正文。"""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        observer = probe.getsockname()[1]
    command = ["serve", "--model-url", f"http://127.0.0.1:{observer}/v1"]
    command += ["--data", str(folder / "data"), "--mutant", mutant]
    server = subprocess.Popen(
        [sys.executable, "-m", "support", *command],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
    )  # fmt: skip
    assert server.stdout is not None
    try:
        ready = json.loads(server.stdout.readline())
        text = (ROOT / "configs" / "live.example.toml").read_text("utf-8")
        for old, new in (
            ("127.0.0.1:8900", f"127.0.0.1:{observer}"),
            ("http://127.0.0.1:8000", ready["control_url"]),
            ("ws://127.0.0.1:8095/ws", ready["message_url"]),
            ('"MAISPEC_OPERATOR_KEY"', '"null"'),
            ("pace = 1.0 ", "pace = 0.0 "),
        ):
            assert old in text, old
            text = text.replace(old, new)
        yield text
    finally:
        server.terminate()
        server.wait(10)
        server.stdout.close()


def keys_left_in(folder: Path) -> dict[str, list[bytes]]:
    """目录里哪些文件写着密钥。"""
    read = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    found = {path.relative_to(folder): SECRETS.findall(data) for path, data in read.items()}
    return {str(path): keys for path, keys in found.items() if keys}
