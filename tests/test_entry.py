"""入口脚本与自测的计数：不做真的安装（那要半分钟与网络，由 .ci/run 的整条路来证明）。"""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

import pytest

from support.setup import bootstrap, provision
from support.setup.provision import Place, Progress, Setup, SetupFailed
from tests.__main__ import Check, count_mutants, count_one, count_pytest, main

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "run_integration_tests.py"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """一份带空格与中文路径的检出，里面有一个能用的（不含任何依赖的）虚拟环境。"""
    root = tmp_path / "检出 一"
    root.mkdir()
    (root / "pyproject.toml").write_text('[project]\nname = "x"\n', "utf-8")
    place = Place(root)
    place.binaries.mkdir(parents=True)
    place.python.symlink_to(sys.executable)
    return place


class Recorder:
    """记下要跑的命令；`codes` 给出各种说法的退出码（默认 0）。"""

    def __init__(self, place: Place, codes: dict[str, int] | None = None) -> None:
        self.titles: list[str] = []
        self.states: list[object] = []
        self._place, self._codes = place, codes or {}

    def __call__(self, title: str, command: Sequence[str]) -> int:
        self.titles.append(title)
        self.states.append(provision.read_stamp(self._place.stamp).get("state"))
        return self._codes.get(title, 0)


def prepare(place: Place, recorder: Recorder, *extras: str) -> None:
    Setup(place, Progress(), recorder).prepare(frozenset(extras))


@pytest.fixture(autouse=True)
def _node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Setup, "_has_node", lambda self: True)


def test_script_is_readable_by_any_python() -> None:
    tree = ast.parse(SCRIPT.read_text("utf-8"), feature_version=(3, 4))
    newer = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.AsyncFunctionDef, ast.Starred)
    assert not [node for node in ast.walk(tree) if isinstance(node, newer)]
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.arg) and node.annotation]


def test_old_python_is_refused_in_chinese() -> None:
    code = (
        "import sys, runpy; sys.version_info = (3, 9, 2);"
        f"runpy.run_path({str(SCRIPT)!r}, run_name='__main__')"
    )
    env = {**os.environ, "PATH": "", "PYTHONUTF8": "1"}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env)
    assert run.returncode == 2
    assert "需要 Python 3.10" in run.stderr
    assert "3.9.2" in run.stderr
    assert "请先安装" in run.stderr


def test_first_preparation_writes_the_stamp_last(place: Place) -> None:
    recorder = Recorder(place)
    prepare(place, recorder)
    assert recorder.titles == ["安装依赖", "安装 Allure"]
    assert recorder.states == ["installing", "installing"]
    assert provision.is_ready(place, frozenset())
    assert not provision.is_ready(place, frozenset({"dev"}))


def test_extras_add_up(place: Place) -> None:
    prepare(place, Recorder(place), "dev")
    (place.root / "pyproject.toml").write_text('[project]\nname = "y"\n', "utf-8")
    assert not provision.is_ready(place, frozenset())
    prepare(place, Recorder(place))
    assert provision.is_ready(place, frozenset({"dev"}))


@pytest.mark.parametrize("key", ["project", "python", "root"])
def test_any_difference_means_not_ready(place: Place, key: str) -> None:
    prepare(place, Recorder(place))
    stamp = json.loads(place.stamp.read_text("utf-8"))
    place.stamp.write_text(json.dumps({**stamp, key: "别的"}), "utf-8")
    assert not provision.is_ready(place, frozenset())


def test_vanished_python_means_not_ready(place: Place) -> None:
    prepare(place, Recorder(place))
    place.python.unlink()
    place.python.symlink_to(place.root / "已删除")
    assert not provision.is_ready(place, frozenset())


@pytest.mark.parametrize("stamp", ['{"state": "installing"}', '{"root": "/搬走之前"}'])
def test_half_made_or_moved_environment_is_rebuilt(
    place: Place, stamp: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[bool] = []
    monkeypatch.setattr(Setup, "_make_venv", lambda self: made.append(True))
    place.stamp.write_text(stamp, "utf-8")
    prepare(place, Recorder(place))
    assert made == [True]
    prepare(place, Recorder(place))
    assert made == [True]


def test_failed_installation_names_the_log_and_its_end(place: Place) -> None:
    place.log.write_text("第一行\nERROR: 找不到 behave\n", "utf-8")
    with pytest.raises(SetupFailed) as caught:
        prepare(place, Recorder(place, {"安装依赖": 1}))
    assert "ERROR: 找不到 behave" in str(caught.value)
    assert str(place.log) in str(caught.value)
    assert not provision.is_ready(place, frozenset())


def test_missing_allure_is_said_and_not_fatal(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare(place, Recorder(place, {"安装 Allure": 1}))
    assert "Allure 没装上" in capsys.readouterr().err
    assert provision.is_ready(place, frozenset())


def test_without_node_it_comes_from_the_package_index(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Setup, "_has_node", lambda self: False)
    recorder = Recorder(place)
    prepare(place, recorder)
    assert [title.partition("（")[0] for title in recorder.titles] == [
        *("安装依赖", "安装 Node", "安装 Allure")
    ]


def test_missing_ensurepip_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    assert provision.missing_parts("id=debian") == ""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if "pip" in name else 1)
    assert "apt-get install python3-venv" in provision.missing_parts("id=debian")
    assert "apt-get" not in provision.missing_parts("id=fedora")


def test_commands_run_in_the_venv_with_the_arguments_kept(place: Place) -> None:
    suite = bootstrap.command_for(place, ["--seed", "1"])
    assert suite == [str(place.python), str(place.binaries / "maispec"), "--seed", "1"]
    tests = bootstrap.command_for(place, ["--self-test", "ruff"])
    assert tests == [str(place.python), "-m", "tests", "ruff"]


def test_ready_environment_hands_over_and_keeps_the_exit_status(
    place: Place, tmp_path: Path
) -> None:
    prepare(place, Recorder(place))
    script = "import sys; print(sys.argv[1:]); sys.exit(int(sys.argv[1]))"
    (place.binaries / "maispec").write_text(script, "utf-8")
    run = _bootstrap(place, ["3", "--help"], cwd=tmp_path)
    assert (run.returncode, run.stdout.strip()) == (3, "['3', '--help']")
    assert run.stderr == ""


def test_help_needs_no_installation(place: Place, tmp_path: Path) -> None:
    run = _bootstrap(place, ["--help"], cwd=tmp_path)
    assert run.returncode == 0
    assert "--self-test" in run.stdout
    assert not place.stamp.exists()


def _bootstrap(place: Place, words: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from pathlib import Path;"
        "from support.setup.bootstrap import Place, main;"
        f"sys.exit(main({words!r}, Place(Path({str(place.root)!r}))))"
    )
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd)


def test_second_preparation_waits_for_the_first(place: Place) -> None:
    lock = place.root / ".venv.lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD_LOCK.format(root=str(ROOT), lock=str(lock))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    waited: list[int | None] = []

    def on_wait() -> None:
        waited.append(holder.poll())
        holder.stdin.close()

    with provision.locked(lock, on_wait):
        assert holder.stdout.read() == b"released\n"
    assert waited == [None]
    assert holder.wait() == 0
    holder.stdout.close()


_HOLD_LOCK = """
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from support.setup.provision import locked
with locked(Path({lock!r}), lambda: None):
    print("held", flush=True)
    sys.stdin.read()
    print("released", flush=True)
"""


def junit(folder: Path, *cases: str) -> None:
    body = "".join(
        f'<testcase classname="t" name="{number}">{case}</testcase>'
        for number, case in enumerate(cases)
    )
    (folder / "junit.xml").write_text(f"<testsuites><testsuite>{body}</testsuite></testsuites>")


def counted(tally: object) -> tuple[int, int]:
    return tally.passed, tally.failed  # type: ignore[attr-defined]


def test_pytest_counts(tmp_path: Path) -> None:
    assert counted(count_pytest(3, tmp_path)) == (0, 1)
    junit(tmp_path, "", "", "<failure/>", "<error/>", "<skipped/>")
    assert counted(count_pytest(1, tmp_path)) == (2, 2)
    junit(tmp_path, "", "")
    assert counted(count_pytest(0, tmp_path)) == (2, 0)
    assert counted(count_pytest(2, tmp_path)) == (2, 1)
    junit(tmp_path)
    assert counted(count_pytest(5, tmp_path)) == (0, 1)
    junit(tmp_path, "<skipped/>")
    assert counted(count_pytest(0, tmp_path)) == (0, 1)


def test_branch_coverage_is_told_when_measured_and_decides_nothing(tmp_path: Path) -> None:
    junit(tmp_path, "", "<skipped/>")
    assert count_pytest(0, tmp_path).note == "跳过 1"
    totals = {"covered_branches": 1, "num_branches": 8}
    (tmp_path / "coverage.json").write_text(json.dumps({"totals": totals}), "utf-8")
    tally = count_pytest(0, tmp_path)
    assert (tally.passed, tally.failed, tally.note) == (1, 0, "跳过 1，分支覆盖 12%")


def test_coverage_is_measured_only_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    code = "import sys; sys.exit(len(sys.argv) - 1)"
    check = Check("one", (sys.executable, "-c", code), count_one, cover=("甲",))
    assert (main([], (check,)), main(["--cover"], (check,))) == (0, 1)
    assert capsys.readouterr().out.splitlines()[-1] == "0 passed, 1 failed"


def test_only_killed_mutants_and_held_scenarios_count_as_passed(tmp_path: Path) -> None:
    assert counted(count_mutants(2, tmp_path)) == (0, 1)
    folder = tmp_path / "reports" / "mutants-latest"
    folder.mkdir(parents=True)
    for fates, verdicts, code, expected in (
        (["已杀", "已杀"], ["通过"], 0, (3, 0)),
        (["已杀", "存活", "误杀", "崩溃", "无效"], ["通过", "违反", "无法判定"], 1, (2, 6)),
        (["已杀"], ["通过"], 3, (2, 1)),
        ([], [], 0, (0, 1)),
    ):
        clean = {str(number): {"verdict": verdict} for number, verdict in enumerate(verdicts)}
        proof = {"mutants": [{"fate": fate} for fate in fates], "clean": clean}
        (folder / "mutants.json").write_text(json.dumps(proof), "utf-8")
        assert counted(count_mutants(code, tmp_path)) == expected


def python(name: str, code: str, stage: int = 0) -> Check:
    return Check(name, (sys.executable, "-c", code), count_one, stage=stage)


def test_every_folder_with_code_is_a_package() -> None:
    """少一个 __init__.py，Python 照样引入，import-linter 却整个看不见那个文件夹。"""
    base = ROOT / "support"
    folders = {one for path in base.rglob("*.py") for one in path.relative_to(ROOT).parents[:-1]}
    assert [one for one in folders if not (ROOT / one / "__init__.py").exists()] == []


def test_runner_goes_on_after_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    checks = (
        python("bad", "print('全部\\n输出'); raise SystemExit(7)"),
        python("good", ""),
        python("later", "", stage=1),
    )
    assert main([], checks) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "2 passed, 1 failed"
    assert "全部" in lines
    assert main(["good"], checks) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 passed, 0 failed"


@pytest.mark.parametrize("inherited", ["default_int_handler", "SIG_IGN"])
def test_interrupt_stops_the_children_first(tmp_path: Path, inherited: str) -> None:
    door = socket.create_server(("127.0.0.1", 0))
    door.settimeout(60)
    child = textwrap.dedent(f"""
        import pathlib, signal, socket
        try:
            socket.create_connection({door.getsockname()!r})
            signal.alarm(40)  # 没有人叫停也会完
            signal.pause()
        except KeyboardInterrupt:
            pathlib.Path({str(tmp_path / "tidied")!r}).touch()
    """)
    code = (
        "import signal, sys; from tests.__main__ import Check, count_one, main;"
        f"signal.signal(signal.SIGINT, signal.{inherited});"
        f"c = Check('wait', (sys.executable, '-c', {child!r}), count_one);"
        "sys.exit(main([], (c,)))"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        with door, door.accept()[0]:
            process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert (tmp_path / "tidied").exists()
    assert "passed" not in output
