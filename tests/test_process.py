"""子进程：新起的与苗圃里分出来的，用起来一样。"""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from support.targets.process import Command, fresh, nursery

PROGRAM = """
import os, sys
print("说", os.environ["WORD"], sys.argv[1:], os.getcwd(), os.getsid(0) == os.getpid(), flush=True)
print("错", file=sys.stderr, flush=True)
heard = sys.stdin.read()
sys.exit(len(heard))
"""


@pytest.fixture(params=["新起", "苗圃"])
def launch(request):
    return fresh if request.param == "新起" else nursery()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """放着一个名叫 chat_program 的模块的目录。"""
    (tmp_path / "chat_program.py").write_text(PROGRAM, "utf-8")
    return tmp_path


def start(launch, folder: Path, **where):
    environment = {"WORD": "你好", "PYTHONPATH": str(folder)}
    # 分出来的进程按当前目录找模块，新起的按 -m 的规矩也是。
    command = Command("chat_program", ("甲", "乙"), folder, environment, **where)
    return launch(command)


def finish(process) -> None:
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None and not stream.closed:
            stream.close()


def test_it_speaks_hears_and_ends_with_its_own_code(launch, folder):
    process = start(launch, folder)
    said = process.stdout.readline()
    assert said == f"说 你好 ['甲', '乙'] {folder} True\n"
    assert process.stderr.readline() == "错\n"
    assert process.poll() is None
    process.stdin.write("abc")
    process.stdin.close()
    assert process.wait(60) == process.poll() == 3
    finish(process)


def test_output_can_go_to_files(launch, folder):
    process = start(launch, folder, out=folder / "out", err=folder / "err")
    process.stdin.close()
    assert process.wait(60) == 0
    assert (folder / "out").read_text("utf-8").startswith("说 你好")
    assert (folder / "err").read_text("utf-8") == "错\n"
    finish(process)


@pytest.mark.parametrize(
    ("act", "number"), [("terminate", signal.SIGTERM), ("kill", signal.SIGKILL)]
)
def test_it_can_be_ended(launch, folder, act, number):
    process = start(launch, folder)
    process.stdout.readline()
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.01)
    getattr(process, act)()
    assert process.wait(60) == -number
    process.send_signal(signal.SIGTERM)  # 已经结束的不再收信号，也不报错
    finish(process)


def test_interrupting_it_raises_in_it_and_not_here(launch, folder):
    process = start(launch, folder)
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    assert process.wait(60) != 0
    assert "KeyboardInterrupt" in process.stderr.read()
    finish(process)


def test_the_parent_keeps_its_own_environment(launch, folder):
    process = start(launch, folder)
    process.stdin.close()
    process.wait(60)
    assert "WORD" not in os.environ
    assert os.getcwd() != str(folder)
    finish(process)
