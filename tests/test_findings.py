"""发现的写法与总入口：不装包、不跑真的发现（那要联网，由人来跑）。"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "findings"
SCRIPTS = sorted(FOLDER.glob("*.sh"))
FIELDS = ("以为", "其实", "版本", "来源", "谁会遇到")
INSTALL = re.compile(r"(?:pip install|npm (?:install|i)\b)(?P<rest>(?:[^\n]|\\\n)*?) \|\| exit 2")
PACKAGE = re.compile(r"[a-z0-9-]+==\d+(\.\d+)+")
OPTIONS_WITH_VALUE = {"--target"}

each_script = pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)


def installed(text: str) -> list[str]:
    """脚本要装的包，去掉选项；每一处安装都要在失败时退出 2。"""
    assert len(INSTALL.findall(text)) == len(re.findall(r"pip install|npm (?:install|i)\b", text))
    packages = []
    for match in INSTALL.finditer(text):
        words = match["rest"].replace("\\\n", " ").split()
        for before, word in zip(["", *words], words, strict=False):
            if not word.startswith("-") and before not in OPTIONS_WITH_VALUE:
                packages.append(word)
    return packages


def head(text: str) -> str:
    return text.split("set -euo pipefail", 1)[0]


@each_script
def test_head_says_what_was_expected_and_what_happens(script: Path) -> None:
    text = script.read_text("utf-8")
    assert text.startswith("#!/usr/bin/env bash\n")
    places = [head(text).find(f"# {field}：") for field in FIELDS]
    assert -1 not in places, "开头少了一项"
    assert places == sorted(places)
    assert re.search(r"来源：.*(跑出来的|https://)", head(text))


@each_script
def test_script_runs_apart_and_cleans_up(script: Path) -> None:
    text = script.read_text("utf-8")
    assert os.access(script, os.X_OK)
    assert "\nset -euo pipefail\n" in text
    assert '\ntmp=$(mktemp -d)\ntrap \'rm -rf "$tmp"\' EXIT\ncd "$tmp"\n' in text
    assert not re.search(r"\bsupport\b|maispec", text), "发现不经本项目"


@each_script
def test_packages_are_pinned_and_name_no_registry(script: Path) -> None:
    text = script.read_text("utf-8")
    packages = installed(text)
    assert packages
    assert [name for name in packages if not PACKAGE.fullmatch(name)] == []
    code = text.replace(head(text), "")
    assert not re.search(r"index-url|--registry|find-links|https://|//registry", code)


@each_script
def test_script_says_when_it_changed(script: Path) -> None:
    code = script.read_text("utf-8")
    assert "diff -u seen.txt now.txt" in code
    assert re.search(
        r'echo "如所记：.+"\nelse\n(.*\n)?    echo "变了：.+"\n    exit 1\nfi\n$', code
    )


def test_page_lists_every_finding_with_its_version() -> None:
    page = (ROOT / "docs/findings.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\S+) (\S+) \| .+ \|$", page, re.MULTILINE)
    assert [name for name, _, _ in rows] == [script.stem for script in SCRIPTS]
    for name, package, version in rows:
        script = (FOLDER / f"{name}.sh").read_text("utf-8")
        assert f"{package}=={version}" in installed(script)
        assert f"{package} " in head(script)
        assert version in head(script)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """三个假的发现：如所记、变了、没能装上。"""
    shutil.copy(FOLDER / "run", tmp_path)
    for name, code in (("a_same", 0), ("b_changed", 1), ("c_absent", 2)):
        script = tmp_path / f"{name}.sh"
        lines = ["#!/usr/bin/env bash", "echo 开头", f"echo 说的话{code}", f"exit {code}"]
        script.write_text("\n".join(lines) + "\n", "utf-8")
        script.chmod(0o755)
    return tmp_path


def run(folder: Path, *names: str) -> tuple[int, str]:
    done = subprocess.run(
        [folder / "run", *names], capture_output=True, encoding="utf-8", check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_run_goes_on_after_a_changed_one(folder: Path) -> None:
    code, text = run(folder)
    assert code == 1
    assert text.splitlines() == [
        "a_same · 如所记",
        "b_changed · 变了",
        "    开头",
        "    说的话1",
        "c_absent · 没能装上",
        "    说的话2",
        "共 3 个：如所记 1，变了 1，没能装上 1",
    ]


@pytest.mark.parametrize(
    ("names", "code"),
    [(["a_same.sh"], 0), (["c_absent", "a_same"], 3), (["没有的"], 2), (["-x"], 2)],
)
def test_run_takes_names(folder: Path, names: list[str], code: int) -> None:
    found, text = run(folder, *names)
    assert found == code
    assert "b_changed" not in text


def test_run_explains_itself(folder: Path) -> None:
    code, text = run(folder, "--help")
    assert code == 0
    assert text.startswith("用法：findings/run")


def test_run_is_found_from_anywhere(folder: Path) -> None:
    """设了 CDPATH，cd 会把路径说出来，不能混进名字里。"""
    done = subprocess.run(
        ["bash", f"{folder.name}/run", "a_same"], cwd=folder.parent,
        env={**os.environ, "CDPATH": str(folder.parent)}, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0
