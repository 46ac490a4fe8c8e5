"""被测目标：地址怎样覆盖配置，远处不许误压，连不上马上知道。"""

import errno
import os
import socket
from dataclasses import replace

import pytest

from support.config import DEFAULT_CONFIG, load_config
from support.errors import ConfigError, TargetUnreachable
from support.targets.aim import aim, guard_remote_load, knock, require_reachable

EMBEDDED = load_config(DEFAULT_CONFIG)
LIVE = replace(
    EMBEDDED,
    target=replace(
        EMBEDDED.target,
        kind="live",
        name="预发环境",
        control_url="https://bot.example.com/api",
        server_url="wss://bot.example.com/ws",
    ),
)
CONTROL, SERVER = "http://127.0.0.1:8000", "ws://127.0.0.1:8095/ws"


# ---- 指向哪里 --------------------------------------------------------------------


def test_without_addresses_the_configuration_stands():
    assert aim(EMBEDDED, None, None) is EMBEDDED
    assert aim(LIVE, None, None) is LIVE


def test_addresses_turn_the_embedded_run_into_one_of_an_outside_service():
    target = aim(EMBEDDED, CONTROL, SERVER).target
    assert (target.kind, target.name) == ("live", "外部服务")
    assert (target.control_url, target.server_url) == (CONTROL, SERVER)
    assert "重启" in EMBEDDED.target.capabilities
    lost = set(EMBEDDED.target.capabilities) - set(target.capabilities)
    assert lost == {"重启", "模型限时", "管理面鉴权"}


def test_addresses_override_a_live_configuration_one_by_one():
    target = aim(LIVE, None, "ws://10.0.0.5:8095").target
    assert target.name == "预发环境"
    assert target.control_url == LIVE.target.control_url
    assert target.server_url == "ws://10.0.0.5:8095/ws"
    assert aim(LIVE, "http://10.0.0.5:8000", None).target.server_url == LIVE.target.server_url


@pytest.mark.parametrize(
    ("written", "used"),
    [
        ("http://127.0.0.1:8095", "ws://127.0.0.1:8095/ws"),
        ("https://localhost:8095/", "wss://localhost:8095/ws"),
        ("ws://127.0.0.1:8095", "ws://127.0.0.1:8095/ws"),
        ("wss://127.0.0.1/别处/", "wss://127.0.0.1/别处"),
        ("http://[::1]:8095/ws", "ws://[::1]:8095/ws"),
    ],
)
def test_message_addresses_become_websockets(written, used):
    assert aim(EMBEDDED, CONTROL, written).target.server_url == used


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/ws", "127.0.0.1:8095", "ws://", "随便写的"])
def test_other_schemes_are_refused(url):
    with pytest.raises(ConfigError) as refused:
        aim(LIVE, CONTROL, url)
    assert (refused.value.key, refused.value.found) == ("--server-url", url)


@pytest.mark.parametrize(
    ("control", "server", "key"),
    [(CONTROL, None, "--server-url"), (None, SERVER, "--control-url")],
)
def test_both_addresses_are_needed(control, server, key):
    with pytest.raises(ConfigError) as refused:
        aim(EMBEDDED, control, server)
    assert (refused.value.key, refused.value.found) == (key, "缺少")


@pytest.mark.parametrize(
    "host", ["10.0.0.5", "bot.example.com", "localhost.evil.com", "0.0.0.0", "127.0.0.1.nip.io"]
)
def test_the_embedded_configuration_stays_on_this_machine(host):
    for urls in ((f"http://{host}:1", SERVER), (CONTROL, f"ws://{host}:1/ws")):
        with pytest.raises(ConfigError, match=r"--config"):
            aim(EMBEDDED, *urls)
    assert aim(LIVE, f"http://{host}:1", SERVER).target.control_url == f"http://{host}:1"


# ---- 远处的压力 ------------------------------------------------------------------


def test_remote_load_needs_permission():
    guard_remote_load(LIVE, 20, allowed=False)
    guard_remote_load(LIVE, 500, allowed=True)
    with pytest.raises(ConfigError, match="--allow-remote-load"):
        guard_remote_load(LIVE, 21, allowed=False)


@pytest.mark.parametrize("config", [EMBEDDED, aim(EMBEDDED, CONTROL, SERVER)])
def test_local_load_needs_none(config):
    guard_remote_load(config, 500, allowed=False)


# ---- 敲门 ------------------------------------------------------------------------


@pytest.fixture
def door():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return port


def test_an_open_door_answers(door):
    knock(f"http://127.0.0.1:{door}/api?x=1", 1.0)


def test_a_closed_door_is_known_at_once(closed):
    refused = os.strerror(errno.ECONNREFUSED)  # 不是等到超时才说连不上
    with pytest.raises(TargetUnreachable, match=f"127.0.0.1:{closed}.*{refused}"):
        knock(f"ws://127.0.0.1:{closed}/ws", 5.0)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://甲:81", ("甲", 81)),
        ("http://甲", ("甲", 80)),
        ("ws://甲/ws", ("甲", 80)),
        ("https://甲", ("甲", 443)),
        ("wss://甲/ws", ("甲", 443)),
    ],
)
def test_a_silent_door_is_given_up_after_the_timeout(monkeypatch, url, address):
    def hang(*asked):
        assert asked == (address, 0.5)
        raise TimeoutError("timed out")

    monkeypatch.setattr(socket, "create_connection", hang)
    with pytest.raises(TargetUnreachable, match="改法"):
        knock(url, 0.5)


def test_both_doors_of_a_live_target_are_tried_and_none_of_an_embedded_one(door, closed):
    good, bad = f"http://127.0.0.1:{door}", f"http://127.0.0.1:{closed}"
    require_reachable(EMBEDDED)
    require_reachable(replace(EMBEDDED, target=replace(EMBEDDED.target, control_url=bad)))
    require_reachable(aim(EMBEDDED, good, good))
    for urls in ((good, bad), (bad, good)):
        with pytest.raises(TargetUnreachable):
            require_reachable(aim(EMBEDDED, *urls))
