"""命令行：用法错误是一句中文、退出码 2；帮助说全；别的错误也不倒出堆栈。"""

import argparse
import errno
import re
import signal
import socket

import pytest

from support import __version__, errors
from support.arguments import factor, natural, whole
from support.cli import COMMANDS, main
from support.config import load_config

ENGLISH = re.compile(
    r"usage|error|invalid|expected|required|unrecognized|choose|ignored|options|show this"
    r"|positional|Traceback|None|Errno",
    re.IGNORECASE,
)


@pytest.fixture(autouse=True)
def _leave_no_trace(monkeypatch):
    """命令行会接管信号、给 argparse 换文案；测完还回去。"""
    monkeypatch.setattr(argparse, "_", argparse._)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


def call(capsys, *arguments):
    """跑一次命令行：(退出码, 标准输出, 标准错误)。"""
    try:
        code = main(arguments)
    except SystemExit as ended:
        code = ended.code
    return (code, *capsys.readouterr())


def in_chinese(text):
    """去掉选项、路径等本来就是英文的东西之后，不剩 argparse 的英文。"""
    shown = re.sub(r"--?[\w-]+|'[^']*'|(?<=允许：).*|(?<=写的是：).*", "", text)
    return bool(re.search("[一-鿿]", shown)) and not ENGLISH.search(shown)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--bogus"], "--bogus"),
        (["sevre"], "sevre"),
        (["--conf", "x.toml"], "--conf"),
        (["--mode", "快"], "all"),
        (["--log-level", "trace"], "WARNING"),
        (["--config"], "--config"),
        (["--seed"], "--seed"),
        (["--seed", "七"], "整数"),
        (["--seed", "1.5"], "整数"),
        (["--concurrent-users", "0"], "不小于 1"),
        (["--concurrent-users", "-3"], "--concurrent-users"),
        (["--workers", "许多"], "不小于 1"),
        (["--workers", "²"], "不小于 1"),
        (["--pace", "-1"], "--pace"),
        (["--pace", "nan"], "不小于 0"),
        (["--pace", "inf"], "不小于 0"),
        (["--force=1"], "--force"),
        (["report"], "运行目录"),
        (["report", "一", "二"], "二"),
        (["doctor", "--bogus"], "--bogus"),
        (["vocabulary", "多余的"], "多余的"),
    ],
)
def test_wrong_usage_is_told_in_chinese(capsys, arguments, told):
    code, out, err = call(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("用法错误：")
    assert told in err
    assert "--help" in err
    assert len(err.splitlines()) == 2
    assert in_chinese(err), err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--config", "没有这个.toml"],
        ["--config", "."],
        ["--create-config", "."],
        ["--tags", "@没有这个标签"],
        ["--tags", "@隔离 and ("],
        ["--control-url", "http://127.0.0.1:1"],
        ["--server-url", "ftp://127.0.0.1:1", "--control-url", "http://127.0.0.1:1"],
        ["--server-url", "ws://bot.example.com", "--control-url", "http://bot.example.com"],
        ["report", "没有这个目录"],
        ["--rate", "5"],
        ["--mode", "scenarios", "--duration=3"],
        ["--mode=concurrent", "--profile", "没有这一套"],
        ["load", "--threshold", "p42 < 1 s"],
        ["load", "--abort-on", "p99 > 1 s"],
        ["load", "--arrival", "想来就来"],
    ],
)
def test_wrong_configuration_is_told_in_chinese(capsys, arguments):
    code, out, err = call(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("配置或用法有误：")
    assert "允许：" in err
    assert "改法：" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "tags", ["@HIST-01,@HIST-02", "not @慢,@危险", "@隔离，@韧性", "not @慢、@危险"]
)
def test_a_comma_between_tags_is_refused(capsys, tags):
    """behave 不报错：前一种一个也不选，后一种一个也不排除。"""
    code, out, err = call(capsys, "--tags", "@核心", "--tags", tags)
    assert (code, out) == (2, "")
    assert f"写的是：{tags}" in err
    assert "@隔离 or @韧性" in err
    assert "not (@隔离 or @韧性)" in err


def test_an_unreachable_target_is_told_at_once(capsys):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    code, _, err = call(capsys, "--control-url", url, "--server-url", url)
    assert code == 4
    assert err.startswith(f"连不上被测服务：{url}")


OPTIONS = (
    "--mode", "--config", "--concurrent-users", "--server-url", "--control-url", "--output",
    "--log-level", "--create-config", "--force", "--seed", "--workers", "--tags", "--report-dir",
    "--pace", "--allow-remote-load", "--version", "--help",
)  # fmt: skip


def test_help_tells_every_option_command_and_exit_code(capsys):
    code, out, err = call(capsys, "--help")
    assert (code, err) == (0, "")
    assert [option for option in OPTIONS if not re.search(rf"^  .*{option}\b", out, re.M)] == []
    assert [command for command in COMMANDS if not re.search(rf"\b{command}\b", out)] == []
    [line] = re.findall("^退出码：.*$", out, re.M)
    codes = {value for name, value in vars(errors).items() if name.startswith("EXIT_")}
    assert {int(number) for number in re.findall(r"\d+", line)} == codes
    assert not re.search(r"usage|options|show this|positional", out, re.IGNORECASE)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_chinese_help(capsys, command):
    code, out, err = call(capsys, command, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(f"用法：python -m support {command}")
    assert not re.search(r"usage|options|show this|positional", out, re.IGNORECASE)


@pytest.mark.parametrize("options", [("--rate", "5", "--duration", "7"), ("--profile=rush",)])
def test_concurrent_with_load_options_is_the_load_command(capsys, options):
    code, planned, _ = call(capsys, "load", "--dry-run", *options)
    assert code == 0
    assert "没有发出任何东西" in planned
    assert call(capsys, "--mode", "concurrent", "--dry-run", *options) == (0, planned, "")
    assert call(capsys, "--dry-run", *options, "--mode=concurrent") == (0, planned, "")


def test_version(capsys):
    assert call(capsys, "--version") == (0, f"麦麦多租户规约 {__version__}\n", "")


def test_create_config_writes_a_usable_file_and_never_overwrites_unasked(capsys, tmp_path):
    path = tmp_path / "my.toml"
    assert call(capsys, "--create-config", str(path))[0] == 0
    template = path.read_text("utf-8")
    load_config(path)
    path.write_text("mine", "utf-8")
    assert call(capsys, "--create-config", str(path))[0] == 2
    assert path.read_text("utf-8") == "mine"
    assert call(capsys, "--create-config", str(path), "--force")[0] == 0
    assert path.read_text("utf-8") == template


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (natural, "3", 3),
        (whole, "-7", -7),
        (whole, "0", 0),
        (factor, "0", 0.0),
        (factor, ".5", 0.5),
    ],
)
def test_good_values_are_read(read, text, value):
    assert read(text) == value


def test_a_full_disk_is_said_in_chinese_and_is_no_violation(capsys, monkeypatch):
    """退出码 1 是违反；写不下报告判不了什么，是 3。别的系统错误照旧抛出，不许吞掉。"""

    def full(arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setitem(COMMANDS, "load", full)
    code, _, told = call(capsys, "load")
    assert code == 3
    assert "盘满了" in told
    assert "--report-dir" in told
    assert not ENGLISH.search(told.replace("--report-dir", ""))

    def odd(arguments):
        raise PermissionError(errno.EACCES, "没有权限")

    monkeypatch.setitem(COMMANDS, "load", odd)
    with pytest.raises(PermissionError):
        main(["load"])
