"""本机实例：真进程、真端口、真文件；MaiBot 换成一个几十行的替身，免得装一个 G。"""

import json
import os
import re
import socket
import stat
import sys
from pathlib import Path

import pytest

from support.cli import main
from support.config import DEFAULT_CONFIG, load_config
from support.errors import ConfigError, SuiteError
from support.targets.local import environment, state
from support.targets.local.command import _PLATFORMS
from support.targets.local.instance import (
    Instance,
    TermsNotAccepted,
    Wishes,
    claim,
    refuse_platforms,
)
from support.targets.local.settings import Plan, wanted
from support.targets.profile import profile

PLATFORMS = ("qq", "wechat", "discord")
ORDER = wanted(Plan(1, 2, 3, PLATFORMS, ("k",), "m"))
STAND_IN = """
import json, pathlib, signal, socket, sys, time
order, how = json.loads({order!r}), {how!r}
folder = pathlib.Path(sys.argv[3])
def table(keys):
    root = {{}}
    for key in keys:
        at = root
        *path, last = key.split(".")
        for name in path:
            at = at.setdefault(name, {{}})
        at[last] = None
    return root
if sys.argv[1] == "init":
    (folder / "config").mkdir()
    for name, wanted in order.items():
        keys = [key for key in wanted["set"] if how != "changed" or "debounce" not in key]
        (folder / name).write_text(json.dumps(table(keys)))
    sys.exit(0)
if how == "dies":
    sys.exit("没有模型")
bot = json.loads((folder / "config/bot_config.toml").read_text())["maim_message"]
assert (folder / "eula.confirmed").exists() and (folder / "privacy.confirmed").exists()
if how == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
servers = [socket.create_server(("127.0.0.1", bot[name])) for name in
           ("api_server_port", "ws_server_port")]
time.sleep(60)
"""


@pytest.fixture
def made(tmp_path, monkeypatch):
    """造一个替身环境；返回按 `how` 造实例的函数，离开时收掉。"""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(environment, "installed_version", lambda python: "1.3.15")
    made_ones = []

    def make(how=""):
        fake = tmp_path / "fake"
        (fake / "src/_resources").mkdir(parents=True)
        for name in ("EULA", "PRIVACY"):
            (fake / f"src/_resources/{name}.md").write_text(f"{name}：请善待麦麦", "utf-8")
        (fake / "src/__init__.py").touch()
        (fake / "tomlkit.py").write_text("from json import dumps\nfrom json import loads as parse")
        python, maibot = fake / "python", fake / "maibot"
        python.write_text(f'#!/bin/sh\nPYTHONPATH={fake} exec {sys.executable} "$@"\n')
        body = STAND_IN.format(order=json.dumps(ORDER), how=how)
        maibot.write_text(f"#!{sys.executable}\n{body}")
        for program in (python, maibot):
            program.chmod(0o755)
        monkeypatch.setattr(environment, "install", lambda *args, **rest: python)
        monkeypatch.setattr(environment, "find_python", lambda given: Path(sys.executable))
        one = Instance(state.home(), lambda text: None)
        made_ones.append(one)
        return one

    yield make
    for one in made_ones:
        one.down()


def wishes(**changes):
    return Wishes(
        **{"python": None, "accept_eula": True, "keys": 3, "platforms": PLATFORMS, **changes}
    )


def test_up_status_and_down_leave_no_trace(made, capsys):
    instance = made()
    born = instance.up(wishes())
    path = state.home() / "instance.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(state.home().stat().st_mode) == 0o700
    assert len(set(born.keys)) == 3
    assert main(["target", "maibot", "status"]) == 0
    assert "在运行" in capsys.readouterr().out
    with pytest.raises(ConfigError, match="已有一台在运行"):
        instance.up(wishes())
    assert main(["target", "maibot", "down"]) == 0
    assert not state.alive(born)
    assert not state.home().parent.exists()
    assert main(["target", "maibot", "status"]) == 3


def test_a_stubborn_instance_is_killed(made, monkeypatch):
    instance = made("stubborn")
    born = instance.up(wishes())
    monkeypatch.setattr("support.targets.local.instance.STOP_S", 0.3)
    assert instance.down()
    assert not state.alive(born)


def test_terms_are_shown_and_nothing_is_started_without_consent(made):
    instance = made()
    with pytest.raises(TermsNotAccepted) as refused:
        instance.up(wishes(accept_eula=False))
    assert "EULA：请善待麦麦" in refused.value.texts
    assert state.read(state.home()) is None


def test_a_dying_instance_says_what_it_said_and_is_cleaned_up(made):
    instance = made("dies")
    with pytest.raises(SuiteError, match=r"退出码 1(.|\n)*没有模型"):
        instance.up(wishes())
    assert not (state.home() / "instance").exists()


def test_a_changed_configuration_names_the_key(made):
    with pytest.raises(SuiteError, match="message_debounce_mode"):
        made("changed").up(wishes())


def test_an_interrupt_in_the_middle_leaves_no_process(made, monkeypatch):
    instance, seen = made(), []

    def interrupted(process, ports, patience):
        seen.append(state.read(state.home()))
        raise KeyboardInterrupt

    monkeypatch.setattr(instance, "_await_ready", interrupted)
    with pytest.raises(KeyboardInterrupt):
        instance.up(wishes())
    assert not state.alive(seen[0])
    assert state.read(state.home()) is None


def test_a_taken_port_is_refused_before_anything_is_made():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"--api-port(.|\n)*{port}"):
            claim("api_port", port)


@pytest.mark.parametrize("extra", ["qq:1", "WeChat", "qq", " "])
def test_a_platform_that_would_silence_another_is_refused(made, extra):
    with pytest.raises(ConfigError, match="--platforms"):
        made().up(wishes(platforms=(*PLATFORMS, extra)))
    assert state.read(state.home()) is None


def test_every_platform_written_in_a_specification_is_declared_or_cannot_be():
    text = Path("features/isolation/identifiers_elsewhere.feature").read_text("utf-8")
    outline = text[text.index("@IDENT-09") :].partition("另一处 |")[2]
    written = set(re.findall(r"[\w-]+", outline, re.ASCII)) | {"qq_1", "qq-1"}
    assert {"x-qq", "WeChat"} <= written
    # 不分大小写就是一处的，声明一个就够。
    assert {name.lower() for name in written} <= set(_PLATFORMS)
    refuse_platforms(_PLATFORMS)


def test_an_old_python_is_refused_with_the_fix(tmp_path):
    old = tmp_path / "python"
    old.write_text("#!/bin/sh\necho 3.9\n")
    old.chmod(0o755)
    with pytest.raises(ConfigError, match=r"3\.9(.|\n)*--python"):
        environment.find_python(old)


def test_failing_install_shows_the_end_of_the_log(tmp_path):
    bad = tmp_path / "python"
    bad.write_text("#!/bin/sh\necho 磁盘满了; exit 1\n")
    bad.chmod(0o755)
    with pytest.raises(SuiteError, match=r"建立 Python 环境没有成功(.|\n)*磁盘满了"):
        environment.install(bad, tmp_path / "venv", tmp_path / "log")


def running(**changes):
    facts = {
        "pid": os.getpid(),
        "started": state.birth(os.getpid()),
        "version": "1.3.15",
        "api_url": "ws://127.0.0.1:1/ws",
        "legacy_url": "ws://127.0.0.1:2/ws",
        "model_port": 3,
        "platforms": PLATFORMS,
        "keys": ("one-key", "two-key"),
    }
    return state.State(**{**facts, **changes})


def test_the_run_takes_address_keys_and_capabilities_from_the_instance(tmp_path):
    state.write(tmp_path, running())
    env = {}
    config = state.adopt(load_config(DEFAULT_CONFIG), "maibot", env=env, folder=tmp_path)
    assert env == {state.KEYS_ENV: "one-key,two-key"}
    assert config.target.server_url == "ws://127.0.0.1:1/ws"
    assert config.observer.listen == "127.0.0.1:3"
    assert config.target.capabilities == profile("maibot").capabilities
    assert "one-key" not in repr(state.read(tmp_path))


@pytest.mark.parametrize("gone", [{}, {"started": "别的进程"}])
def test_no_instance_says_how_to_start_one(tmp_path, gone):
    if gone:
        state.write(tmp_path, running(**gone))
    with pytest.raises(ConfigError, match="target maibot up"):
        state.adopt(load_config(DEFAULT_CONFIG), "maibot", env={}, folder=tmp_path)


def test_both_ports_let_in_exactly_the_same_keys():
    bot = ORDER["config/bot_config.toml"]["set"]
    allowed = bot["maim_message.api_server_allowed_api_keys"]
    assert allowed == bot["maim_message.auth_token"] == ["k"]


def test_an_undeclared_platform_is_named(tmp_path):
    state.write(tmp_path, running(platforms=("qq",)))
    with pytest.raises(ConfigError, match="wechat"):
        state.adopt(load_config(DEFAULT_CONFIG), "maibot", env={}, folder=tmp_path)
