"""不经套件的两样测量：对着参考服务量得出，缺了的看得见，缺密钥说得清。"""

from __future__ import annotations

import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from bench import burst_order, neighbour
from tests.reference_kit import running_lab, say

ROOT = Path(__file__).resolve().parent.parent


async def test_the_order_of_a_burst_is_told_round_by_round(tmp_path, capsys):
    options = Namespace(rounds=2, lines=3, patience=5.0)
    async with running_lab(tmp_path) as lab:
        key = (await lab.party()).key
        assert await burst_order.run(lab.server.message_url, key, options) == 0
        assert capsys.readouterr().out == "回复应的次序： 1、2、3\n" * 2
        lab.model.script = lambda call: say("嗯") if "第2句" in call.tail else None
        options.patience = 0.5
        assert await burst_order.run(lab.server.message_url, key, options) == 2
        assert capsys.readouterr().out == "回复应的次序： 1、3\n" * 2


async def test_the_wait_beside_a_busy_neighbour_is_told(tmp_path, capsys):
    async with running_lab(tmp_path) as lab:
        loud, quiet = (await lab.party()).key, (await lab.party()).key
        options = Namespace(url=lab.server.message_url, lines=2, patience=0.5, held=5)
        await neighbour.run(options, loud, quiet)
        calm, noisy = capsys.readouterr().out.splitlines()
        assert calm.startswith("平时：中位 0.")
        assert noisy.endswith("0.5 秒里没有答复的 0 句")
        assert any("还有一句" in call.tail for call in lab.model.calls)
        release = lab.model.hold("第1问")
        await neighbour.run(options, loud, quiet)
        assert [line[-4:] for line in capsys.readouterr().out.splitlines()] == [" 1 句"] * 2
        release.set()


@pytest.mark.parametrize(
    ("script", "more"),
    [
        ("burst_order", ("--key-env", "没有")),
        ("neighbour", ("--loud-env", "没有", "--quiet-env", "也没有")),
    ],
)
def test_help_and_a_missing_key(script, more):
    command = [sys.executable, f"bench/{script}.py"]
    shown = subprocess.run([*command, "--help"], cwd=ROOT, capture_output=True, encoding="utf-8")
    assert (shown.returncode, "消息面" in shown.stdout) == (0, True)
    words = [*command, "ws://127.0.0.1:1/ws", *more]
    refused = subprocess.run(words, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert refused.returncode == 2
    assert refused.stderr.startswith("环境变量 没有 是空的")
