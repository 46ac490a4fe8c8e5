"""内嵌服务：起得来、停得掉、强杀后原地重启，被强杀的运行留下的数据有人收。"""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from support.config import DEFAULT_CONFIG, load_config
from support.errors import SuiteError
from support.targets.aim import knock
from support.targets.embedded import Server, reference, running

CONFIG = load_config(DEFAULT_CONFIG)


def test_everything_stops_and_the_data_is_gone(tmp_path):
    with running(CONFIG, tmp_path) as endpoints:
        knock(endpoints.control_url, 1)
        knock(endpoints.observer_url, 1)
        assert endpoints.token not in repr(endpoints)
    for url in (endpoints.control_url, endpoints.observer_url):
        with pytest.raises(SuiteError):
            knock(url, 1)


@pytest.mark.parametrize("orderly", [False, True], ids=["强杀", "正常"])
def test_a_stopped_server_comes_back_on_the_same_ports(tmp_path, orderly):
    with reference(CONFIG, "http://127.0.0.1:9/v1", tmp_path / "log") as server:
        before = dict(server.ready)
        server.restart(60, orderly=orderly)
        assert server.ready["control_url"] == before["control_url"]
        assert server.ready["pid"] != before["pid"]


def test_a_server_that_cannot_start_says_why(tmp_path):
    server = Server(["serve", "--model-url", "x"], log=tmp_path / "log", env={})
    with pytest.raises(SuiteError, match="没有就绪"):
        server.start(60)


def test_orphaned_data_is_removed_by_the_next_run(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ended = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"],
        check=True,
        capture_output=True,
        text=True,
    )
    orphan = tmp_path / f"maispec-data-{ended.stdout.strip()}-x"
    orphan.mkdir()
    with reference(CONFIG, "http://127.0.0.1:9/v1", tmp_path / "log"):
        assert not orphan.exists()
    assert list(Path(tmp_path).glob("maispec-data-*")) == []
