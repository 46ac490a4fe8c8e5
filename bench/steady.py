"""结论随不随机器快慢走：四种处境下各跑许多遍，一个红、一个幸存的变异体都算破绽。

用法：``python bench/steady.py [--conditions idle,busy] [--timed 10] [--whole 5] [--battery 1]``
处境：idle 空闲；busy 旁边四个空转；one 只给一个核；nice 自己最谦让、旁边一个空转。
每种处境里：沾时间的规格与变异体各跑 `--timed` 遍，全部规格跑 `--whole` 遍，
全部变异体跑 `--battery` 遍。一遍多少秒只是记下来，不作判断。
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
#: 判词里有快慢、时限或限额的一分钟，或曾经有的规格：docs/decisions/0014 的表。
TIMED = (
    "NOISE-01", "NOISE-02", "NOISE-03", "NOISE-04", "FALL-01", "FALL-02", "FALL-03", "CONC-03",
    "CONC-04", "SCOPE-01", "ORDER-01", "ORDER-02", "ORDER-03", "PIC-02", "LIMIT-01", "LIMIT-02",
    "LIMIT-03",
)  # fmt: skip
#: 错在快慢里、在窗口里，或曾经是的变异体。
WRONG = (
    "first_come_first_served", "admission_in_series", "backoff_shared_by_all_tenants",
    "broken_frame_kills_worker", "huge_frame_blocks_everyone", "sender_of_broken_frame_banned",
    "no_model_timeout", "model_pool_without_shares", "busy_pool_drops_lines", "no_queue_per_chat",
    "late_binding_in_burst", "chat_queue_created_twice", "pictures_looked_at_together",
    "two_workers_take_same_line",
)  # fmt: skip
_SPIN = "while True: pass"


@dataclass(frozen=True)
class Condition:
    """一种处境：旁边几个空转，命令前面加什么。"""

    title: str
    spinners: int = 0
    prefix: tuple[str, ...] = ()


CONDITIONS = {
    "idle": Condition("空闲"),
    "busy": Condition("旁边四个空转", spinners=4),
    "one": Condition("只有一个核", prefix=("taskset", "-c", "0")),
    "nice": Condition("最谦让，旁边一个空转", spinners=1, prefix=("nice", "-n", "19")),
}


@dataclass
class Row:
    """一种处境里一样东西跑下来：几遍、每遍几秒、红了谁、谁幸存。"""

    condition: str
    what: str
    runs: int = 0
    seconds: list[float] = field(default_factory=list)
    reds: list[str] = field(default_factory=list)
    survivors: list[str] = field(default_factory=list)


@contextmanager
def beside(spinners: int) -> Iterator[None]:
    """旁边有这么多个空转的进程。"""
    crowd = [subprocess.Popen([sys.executable, "-c", _SPIN]) for _ in range(spinners)]
    try:
        yield
    finally:
        for one in crowd:
            one.kill()
        for one in crowd:
            one.wait()


def run(prefix: Sequence[str], words: Sequence[str], folder: Path) -> str:
    """跑一遍套件，报告放在 `folder`；返回它说的最后一行。"""
    command = [*prefix, sys.executable, "-m", "support", *words, "--report-dir", str(folder)]
    ended = subprocess.run(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    lines = ended.stdout.decode("utf-8", "replace").splitlines()
    return lines[-1] if lines else f"什么也没说，退出码 {ended.returncode}"


def specification(row: Row, prefix: Sequence[str], words: Sequence[str]) -> None:
    """规格跑一遍，记下每个没有通过的场景。"""
    with tempfile.TemporaryDirectory(prefix="maispec-steady-") as folder:
        last = run(prefix, words, Path(folder))
        found = _results(Path(folder) / "latest" / "results.json")
    if found is None:
        row.reds.append(f"没有留下结果：{last}")
        return
    planned, scenarios = found["run"]["planned"], found["scenarios"]
    if len(scenarios) != planned:
        row.reds.append(f"只跑完 {len(scenarios)}/{planned}")
    row.reds += [
        f"{one['id']} {one['verdict']} {one['reason']}"
        for one in scenarios
        if one["verdict"] != "通过"
    ]


def battery(row: Row, prefix: Sequence[str], words: Sequence[str]) -> None:
    """变异检验跑一遍，记下没有已杀的变异体与复原后红了的规格。"""
    with tempfile.TemporaryDirectory(prefix="maispec-steady-") as folder:
        last = run(prefix, ("mutants", *words), Path(folder))
        found = _results(Path(folder) / "mutants-latest" / "mutants.json")
    if found is None:
        row.survivors.append(f"没有留下结果：{last}")
        return
    row.survivors += [
        f"{one['name']} {one['fate']} {'；'.join(one['reasons'])}"
        for one in found["mutants"]
        if one["fate"] != "已杀"
    ]
    row.reds += [
        f"{spec} {one['verdict']} {one['reason']}"
        for spec, one in found["clean"].items()
        if one["verdict"] != "通过"
    ]


def _results(path: Path) -> Any:
    return json.loads(path.read_text("utf-8")) if path.exists() else None


def measure(name: str, options: argparse.Namespace) -> Iterator[Row]:
    """一种处境里的各样，逐样交出。"""
    condition = CONDITIONS[name]
    wrong = [word for name in WRONG for word in ("--mutant", name)]
    tags = ["--tags", " or ".join(f"@{spec}" for spec in TIMED)]
    jobs = (
        ("沾时间的规格", specification, tags, options.timed),
        ("沾时间的变异体", battery, wrong, options.timed),
        ("全部规格", specification, [], options.whole),
        ("全部变异体", battery, [], options.battery),
    )
    with beside(condition.spinners):
        for what, work, words, times in jobs:
            row = Row(condition.title, what)
            for _ in range(times):
                began = time.monotonic()
                work(row, condition.prefix, words)
                row.runs += 1
                row.seconds.append(round(time.monotonic() - began, 1))
            if times:
                yield row


def told(row: Row) -> str:
    """一行话。"""
    spent = f"{min(row.seconds):.0f}–{max(row.seconds):.0f} 秒"
    faults = "".join(f"\n    {line}" for line in (*row.reds, *row.survivors))
    return (
        f"{row.condition}  {row.what}  {row.runs} 遍（每遍 {spent}）"
        f"  红 {len(row.reds)}  幸存 {len(row.survivors)}{faults}"
    )


def main() -> int:
    """逐行打印；有一处破绽就以 1 退出。"""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--conditions", default=",".join(CONDITIONS), metavar="处境,…")
    parser.add_argument("--timed", type=int, default=10, metavar="遍数")
    parser.add_argument("--whole", type=int, default=5, metavar="遍数")
    parser.add_argument("--battery", type=int, default=1, metavar="遍数")
    parser.add_argument("--json", type=Path, metavar="文件", help="把各行也写成 JSON")
    options = parser.parse_args()
    names = options.conditions.split(",")
    if unknown := [name for name in names if name not in CONDITIONS]:
        parser.error(f"没有这样的处境：{'、'.join(unknown)}；有：{'、'.join(CONDITIONS)}")
    rows = []
    print(f"{os.cpu_count()} 个核，Python {sys.version.split()[0]}", flush=True)
    for name in names:
        for row in measure(name, options):
            rows.append(row)
            print(told(row), flush=True)
            if options.json:
                text = json.dumps([asdict(one) for one in rows], ensure_ascii=False, indent=1)
                options.json.write_text(text, "utf-8")
    return 1 if any(row.reds or row.survivors for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
