"""配置：默认文件读得出原文的值；每种写错都是一条说得清的中文错误。"""

from dataclasses import replace
from pathlib import Path

import pytest
import tomli

from support.config import CAPABILITIES, DEFAULT_CONFIG, load_config, write_template
from support.errors import ConfigError
from support.targets.profile import profile_of

LIVE_EXAMPLE = DEFAULT_CONFIG.with_name("live.example.toml")
TEXT = DEFAULT_CONFIG.read_text("utf-8")
SECRET = "sk-very-secret-0123456789"


def load_text(tmp_path, text, **kwargs):
    path = tmp_path / "mine.toml"
    path.write_text(text, "utf-8")
    return load_config(path, **kwargs)


def edited(tmp_path, old, new, **kwargs):
    """把默认配置改一处再读。"""
    assert old in TEXT, old
    return load_text(tmp_path, TEXT.replace(old, new, 1), **kwargs)


def test_default_file_carries_the_original_values():
    config = load_config(DEFAULT_CONFIG)
    assert (config.settings.concurrent_users, config.settings.test_duration) == (3, 600)
    assert (config.settings.message_delay_min, config.settings.message_delay_max) == (0.5, 2.0)
    assert config.settings.pace == 0.0
    assert (config.llm.api_base, config.llm.api_key, config.llm.timeout) == (None, None, 30.0)
    assert config.tenant("tenant_b").settings == {"industry": "education", "size": "large"}
    assert config.agent("companion_general").personality == "友善、幽默、健谈"
    assert config.platform("wechat").description == "微信平台"
    assert [row.message_count for row in config.scenarios] == [15, 20, 12]
    group = config.scenario("技术讨论群")
    assert (group.user_id, group.group_id) == ("dev_001", "tech_group_001")
    assert group.conversation_topics == ("Python编程", "算法优化", "系统架构", "Bug调试")
    assert config.scenario("日常聊天").group_id is None
    assert set(config.target.capabilities) == set(CAPABILITIES.values())


def test_missing_keys_take_the_original_defaults(tmp_path):
    lists = tomli.loads(TEXT)
    text = "\n".join(
        [
            '[[tenants]]\ntenant_id = "t"\ntenant_name = "甲"',
            '[[agents]]\nagent_id = "a"\nagent_name = "子"\npersonality = "稳"\ntenant_id = "t"',
            '[[platforms]]\nplatform = "qq"\nname = "QQ"',
            '[[scenarios]]\nname = "聊"\ntenant_id = "t"\nagent_id = "a"\nplatform = "qq"',
            'user_id = "u"\nconversation_topics = ["天气"]',
        ]
    )
    config = load_text(tmp_path, text)
    settings = config.settings
    assert (settings.concurrent_users, settings.test_duration, settings.pace) == (5, 300, 1.0)
    assert (settings.message_delay_min, settings.message_delay_max) == (1.0, 3.0)
    assert config.scenarios[0].message_count == 10
    # 注释里写的超时等同于缺省，免得两处各说各话。
    assert config.timeouts == load_config(DEFAULT_CONFIG).timeouts
    assert lists["timeouts"]["reply"] == config.timeouts.reply


def test_live_example_loads_and_names_a_real_target():
    config = load_config(LIVE_EXAMPLE)
    assert config.target.kind == "live"
    assert config.target.operator_key_env == "MAISPEC_OPERATOR_KEY"
    assert config.observer.public_url.endswith(config.observer.listen + "/v1")
    assert config.timeouts.reply > load_config(DEFAULT_CONFIG).timeouts.reply


def test_live_without_capabilities_claims_none(tmp_path):
    text = "\n".join(
        line
        for line in LIVE_EXAMPLE.read_text("utf-8").splitlines()
        if not line.startswith(("capabilities", "control_url"))
    )
    assert load_text(tmp_path, text).target.capabilities == ()


MISTAKES = [
    (
        "concurrent_users = 3",
        "concurent_users = 3",
        ["[settings].concurent_users", "是不是想写 concurrent_users"],
    ),
    ("[settings]", "[setings]", ["[setings]", "settings"]),
    (
        "concurrent_users = 3",
        "concurrent_users = true",
        ["[settings].concurrent_users", "true（真假值）", "整数"],
    ),
    ("concurrent_users = 3", 'concurrent_users = "3"', ['"3"（文本）', "concurrent_users = 3"]),
    ("pace = 0.0", "pace = nan", ["[settings].pace"]),
    (
        "message_delay_min = 0.5",
        "message_delay_min = -1",
        ["[settings].message_delay_min", "不小于 0"],
    ),
    ("message_delay_min = 0.5", "message_delay_min = 5", ["message_delay_max 是 2"]),
    (
        "message_count = 20",
        "message_count = 0",
        ["[[scenarios]] 第 2 个 .message_count", "不小于 1"],
    ),
    (
        'tenant_id = "tenant_b"\nagent_id',
        'tenant_id = "tenant_x"\nagent_id',
        ["[[scenarios]] 第 2 个 .tenant_id", '"tenant_x"', "tenant_a、tenant_b、tenant_c"],
    ),
    (
        'agent_id = "tutor_edu"\nplatform',
        'agent_id = "nobody"\nplatform',
        ["第 2 个 .agent_id", "nobody"],
    ),
    (
        'agent_id = "tutor_edu"\nplatform',
        'agent_id = "assistant_tech"\nplatform',
        ["第 2 个 .agent_id", "属于 tenant_a", "tutor_edu"],
    ),
    (
        'platform = "discord"\nuser_id',
        'platform = "line"\nuser_id',
        ["第 3 个 .platform", "discord"],
    ),
    (
        'tenant_id = "tenant_c"\ndescription',
        'tenant_id = "tenant_z"\ndescription',
        ["[[agents]] 第 3 个 .tenant_id"],
    ),
    (
        '"电影推荐", "兴趣爱好", "日常生活", "游戏讨论"',
        "",
        ["第 3 个 .conversation_topics", "至少 1 项"],
    ),
    ('"电影推荐", ', '"电影推荐", 7, ', ["第 3 个 .conversation_topics", "列表"]),
    (
        'tenant_id = "tenant_b"\ntenant_name',
        'tenant_id = "tenant_a"\ntenant_name',
        ["[[tenants]] 第 2 个 .tenant_id", "与第 1 个相同"],
    ),
    ('name = "日常聊天"', 'name = "技术讨论群"', ["[[scenarios]] 第 3 个 .name", "与第 1 个相同"]),
    ('user_id = "user_001"\n', "", ["第 3 个 .user_id", "缺少"]),
    ("[[platforms]]\nplatform", "[[platform]]\nplatform", ["[platform]", "platforms"]),
    ('log_level = "INFO"', 'log_level = "LOUD"', ["DEBUG、INFO"]),
    (
        'control_url = "null"',
        'control_url = "127.0.0.1:8000"',
        ["[target].control_url", "http、https"],
    ),
    ('control_url = "null"', 'control_url = "http://10.0.0.8:8000"', ["10.0.0.8", "live"]),
    ('listen = "127.0.0.1:0"', 'listen = "0.0.0.0:80"', ["[observer].listen", "0.0.0.0"]),
    ('listen = "127.0.0.1:0"', 'listen = "127.0.0.1:99999"', ["[observer].listen", "主机:端口"]),
    ('kind = "embedded"', 'kind = "live"', ["[target].server_url", "缺少", "[target].control_url"]),
    ('["重启", ', '["会飞", ', ["[target].capabilities", "会飞", "长期记忆"]),
    ("reply = 8.0", "reply = 0", ["[timeouts].reply", "大于 0"]),
    ("[report]", "[[report]]", ["[report]", "列表"]),
    ("timeout = 30.0", "timeout = 2026-01-01", ["[llm].timeout", "日期"]),
]


@pytest.mark.parametrize(("old", "new", "said"), MISTAKES, ids=[row[1] for row in MISTAKES])
def test_each_mistake_is_named_with_its_place_and_fix(tmp_path, old, new, said):
    with pytest.raises(ConfigError) as caught:
        edited(tmp_path, old, new)
    message = str(caught.value)
    assert "mine.toml" in message.splitlines()[0]
    assert "改法：" in message
    for words in said:
        assert words in message


def test_all_mistakes_come_in_one_message_first_one_first(tmp_path):
    text = TEXT.replace("concurrent_users = 3", "concurrent_users = 0")
    with pytest.raises(ConfigError) as caught:
        load_text(tmp_path, text.replace("message_count = 12", "message_count = 0"))
    assert caught.value.key == "[settings].concurrent_users"
    message = str(caught.value)
    assert "还有 1 处" in message
    assert message.index("concurrent_users") < message.index("[[scenarios]] 第 3 个 .message_count")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "没有这个文件"),
        ("dir", "目录"),
        ("[settings]\n名字 = 1\n".encode("gbk"), "第 2 行不是 UTF-8"),
        (b"[settings]\npace = = 1\n", "第 2 行第 8 列"),
        (b'[llm]\napi_key = "sk-very-secret-0123456789\n', "第 2 行"),
        (b"", "缺少这一节"),
    ],
)
def test_unreadable_files_are_named(tmp_path, content, said):
    path = tmp_path / "坏.toml"
    if content == "dir":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=said) as caught:
        load_config(path)
    assert str(path) in str(caught.value)
    assert SECRET not in str(caught.value)


def test_a_bom_is_harmless(tmp_path):
    path = tmp_path / "bom.toml"
    path.write_text(TEXT, "utf-8-sig")
    assert load_config(path).scenarios


def test_api_key_comes_from_the_environment_and_is_never_shown(tmp_path):
    line = 'api_key = "env:MY_KEY"'
    config = edited(tmp_path, 'api_key = "null"', line, env={"MY_KEY": SECRET})
    assert config.llm.api_key == SECRET
    assert SECRET not in repr(config)
    with pytest.raises(ConfigError, match="MY_KEY"):
        edited(tmp_path, 'api_key = "null"', line, env={})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('api_key = "null"', f'api_key = ["{SECRET}"]'),
        ('api_key = "null"', f'api_key = "env:{SECRET}"'),
        ('api_key = "null"', f'api_kye = "{SECRET}"'),
        ('api_base = "null"', f'api_base = "https://me:{SECRET}@example.com"'),
        ('operator_key_env = "null"', f'operator_key_env = "{SECRET}"'),
    ],
)
def test_a_secret_in_the_wrong_place_is_not_echoed(tmp_path, old, new):
    with pytest.raises(ConfigError) as caught:
        edited(tmp_path, old, new, env={})
    assert SECRET not in str(caught.value)


def test_lookup_of_an_unknown_id_lists_the_known_ones():
    with pytest.raises(ConfigError, match="tenant_a、tenant_b、tenant_c"):
        load_config(DEFAULT_CONFIG).tenant("tenant_x")


def test_template_is_commented_loadable_and_never_overwrites_by_accident(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = Path("新目录/我的.toml")
    write_template(path, force=False)
    assert load_config(path).scenarios == load_config(DEFAULT_CONFIG).scenarios
    assert path.read_text("utf-8").startswith("# 麦麦")
    path.write_text("我改过", "utf-8")
    with pytest.raises(ConfigError, match="--force"):
        write_template(path, force=False)
    assert path.read_text("utf-8") == "我改过"
    write_template(path, force=True)
    assert load_config(path)
    for bad in (path.parent, path / "里面.toml"):
        with pytest.raises(ConfigError, match="写不进去"):
            write_template(bad, force=True)


def test_the_transport_follows_the_kind_of_deployment_unless_written(tmp_path):
    assert profile_of(load_config(DEFAULT_CONFIG).target).transport == "native"
    written = edited(tmp_path, 'transport = "null"', 'transport = "socketio"')
    assert profile_of(written.target).transport == "socketio"
    legacy = replace(load_config(DEFAULT_CONFIG).target, profile="maibot-legacy")
    assert profile_of(legacy).transport == "legacy"


def test_the_embedded_server_speaks_no_legacy(tmp_path):
    with pytest.raises(ConfigError) as told:
        edited(tmp_path, 'transport = "null"', 'transport = "legacy"')
    assert "[target].transport" in str(told.value)
