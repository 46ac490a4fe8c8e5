"""自测：静态检查、pytest、变异检验与内置参考服务上的规格，一条命令，最后一行是总数。

职责：按阶段并行跑 CHECKS 里的每一项，显示用时，失败的输出原样给出，数清通过与失败。
不做什么：不替任何一项解释对错；一项也没数出来的检查算失败。
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INTERRUPTED = 130
GRACE_S = 60.0


@dataclass(frozen=True)
class Tally:
    """一项检查数出来的结果。"""

    passed: int
    failed: int
    note: str = ""


@dataclass(frozen=True)
class Check:
    """一项检查：命令里的 `{tmp}` 换成本次的临时目录；`count(退出码, 临时目录)` 数结果。

    `lane` 相同的先后跑，不同的并行；`stage` 小的全部跑完才轮到大的。
    `cover` 是要量分支覆盖时命令后面再加的。
    """

    name: str
    command: tuple[str, ...]
    count: Callable[[int, Path], Tally]
    stage: int = 0
    lane: str = "static"
    cover: tuple[str, ...] = ()


def count_one(code: int, _: Path) -> Tally:
    """整项算一个。"""
    return Tally(1, 0) if code == 0 else Tally(0, 1)


def count_pytest(code: int, folder: Path) -> Tally:
    """按 junit 文件数每个测试；收尾时才出错的测试既通过又失败，按失败算。"""
    report = folder / "junit.xml"
    if not report.exists():
        return Tally(0, 1, "没有留下 junit 文件")
    cases = list(ElementTree.parse(report).getroot().iter("testcase"))
    failed = {_case_id(case) for case in cases if _has(case, "failure", "error")}
    skipped = {_case_id(case) for case in cases if _has(case, "skipped")} - failed
    passed = {_case_id(case) for case in cases} - failed - skipped
    notes = [f"跳过 {len(skipped)}"] if skipped else []
    note = "，".join(notes + _branches(folder))
    return _distrust(Tally(len(passed), len(failed), note), code)


def _branches(folder: Path) -> list[str]:
    """量了就说；只是告诉人哪里没有测试走到，不设门槛。"""
    report = folder / "coverage.json"
    if not report.exists():
        return []
    totals = json.loads(report.read_text("utf-8"))["totals"]
    return [f"分支覆盖 {totals['covered_branches'] / totals['num_branches']:.0%}"]


def count_mutants(code: int, folder: Path) -> Tally:
    """每个变异体算一个（已杀才算通过），复原的一遍每条规格算一个（通过才算通过）。"""
    results = folder / "reports" / "mutants-latest" / "mutants.json"
    if not results.exists():
        return Tally(0, 1, "没有留下 mutants.json")
    proof = json.loads(results.read_text("utf-8"))
    fates = [one["fate"] == "已杀" for one in proof["mutants"]]
    clean = [one["verdict"] == "通过" for one in proof["clean"].values()]
    done = [*fates, *clean]
    note = f"变异体 {len(fates)} 个，规格 {len(clean)} 条"
    return _distrust(Tally(sum(done), len(done) - sum(done), note), code)


def _case_id(case: ElementTree.Element) -> tuple[str | None, str | None]:
    return case.get("classname"), case.get("name")


def _has(case: ElementTree.Element, *kinds: str) -> bool:
    return any(case.find(kind) is not None for kind in kinds)


def _distrust(tally: Tally, code: int) -> Tally:
    """退出码说失败而一个失败也没数到，或什么也没数到：都不是通过。"""
    if tally.failed == 0 and (code != 0 or tally.passed == 0):
        return Tally(tally.passed, 1, f"{tally.note} 退出码 {code}".strip())
    return tally


def _module(*words: str) -> tuple[str, ...]:
    return (sys.executable, "-m", *words)


IMPORTS = (sys.executable, str(Path(sys.executable).parent / "lint-imports"), "--no-cache")
#: 一个文件一份，共用的准备只做一次；次序照 tests/conftest.py：久的先分，短的填空，一起收工。
_DEAL = ("-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder")
PYTEST = _module("pytest", *_DEAL, "--junitxml={tmp}/junit.xml")
COVERAGE = ("--cov", "--cov-report=json:{tmp}/coverage.json")
AFTERMATH = _module("pytest", "tests/aftermath.py", "--battery={tmp}/reports/mutants-latest")
MUTANTS = _module("support", "mutants", "--seed", "1", "--report-dir", "{tmp}/reports")
CHECKS = (
    Check("ruff", _module("ruff", "check", "."), count_one),
    Check("format", _module("ruff", "format", "--check", "."), count_one),
    Check("lint", _module("support", "lint"), count_one),
    Check("imports", IMPORTS, count_one),
    Check("mypy", _module("mypy"), count_one),
    Check("pytest", PYTEST, count_pytest, lane="pytest", cover=COVERAGE),
    # 末了在没写错的服务上跑全部规格；规格里有时限承诺，独占机器才公平。
    Check("mutants", MUTANTS, count_mutants, stage=1),
    # 全部规格那一遍留下的东西，要等它跑完才看得到。
    Check("aftermath", AFTERMATH, count_one, stage=2),
)


async def run_check(check: Check, folder: Path) -> Tally:
    """跑一项并报告；失败时原样给出它的输出。"""
    began = time.monotonic()
    code, output = await _execute([word.format(tmp=folder) for word in check.command])
    tally = check.count(code, folder)
    tally = tally if tally.passed + tally.failed else Tally(0, 1, "一项也没有数到")
    if tally.failed:
        print(f"──── {check.name} 的输出 ────\n{output.rstrip()}\n────", flush=True)
    elapsed = time.monotonic() - began
    counts = f"{tally.passed:4d} 通过 {tally.failed:3d} 失败"
    print(f"{check.name:14}{elapsed:6.1f} 秒 {counts}  {tally.note}".rstrip(), flush=True)
    return tally


async def _execute(command: Sequence[str]) -> tuple[int, str]:
    """独立会话里跑：Ctrl-C 只到我们这里，由我们转告一次并等它收拾完。"""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=ROOT,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            await _stop(process)
    return process.returncode or 0, output.decode("utf-8", "replace")


async def _stop(process: asyncio.subprocess.Process) -> None:
    process.send_signal(signal.SIGTERM if os.name == "nt" else signal.SIGINT)
    try:
        await asyncio.wait_for(process.communicate(), GRACE_S)
    except asyncio.TimeoutError:
        process.kill()
        await process.wait()


async def run_lane(checks: Sequence[Check], folder: Path) -> list[Tally]:
    """先后跑同一条道上的几项。"""
    return [await run_check(check, folder) for check in checks]


async def run_all(checks: Sequence[Check], folder: Path) -> list[Tally]:
    """一个阶段一个阶段地跑；阶段之内各条道并行。"""
    tallies: list[Tally] = []
    for stage in sorted({check.stage for check in checks}):
        lanes: dict[str, list[Check]] = {}
        for check in checks:
            if check.stage == stage:
                lanes.setdefault(check.lane, []).append(check)
        done = await asyncio.gather(*(run_lane(lane, folder) for lane in lanes.values()))
        tallies += [tally for lane in done for tally in lane]
    return tallies


def main(arguments: Sequence[str] | None = None, checks: Sequence[Check] = CHECKS) -> int:
    """跑选中的检查（默认全部）；最后一行恰好是 ``N passed, N failed``。"""
    parser = argparse.ArgumentParser(prog="python -m tests", description="跑本项目自己的测试。")
    names = [check.name for check in checks]
    parser.add_argument("names", nargs="*", metavar="检查", help=f"只跑这几项：{' '.join(names)}")
    about = "连分支覆盖一起量：pytest 一项多用约一半的 CPU"
    parser.add_argument("--cover", action="store_true", help=about)
    options = parser.parse_args(arguments)
    chosen = options.names or names
    unknown = sorted(set(chosen) - set(names))
    if unknown:
        parser.error(f"没有这样的检查：{' '.join(unknown)}；有：{' '.join(names)}")
    # 在后台启动的，SIGINT 可能被忽略着；接回来，分出去的进程也就听得见。
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        with tempfile.TemporaryDirectory(prefix="maispec-") as folder:
            selected = [check for check in checks if check.name in chosen]
            if options.cover:
                selected = [replace(one, command=one.command + one.cover) for one in selected]
            tallies = asyncio.run(run_all(selected, Path(folder)))
    except KeyboardInterrupt:
        print("已中断。", file=sys.stderr)
        return INTERRUPTED
    passed, failed = (sum(getattr(one, what) for one in tallies) for what in ("passed", "failed"))
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
