"""规格 lint：一份好规格没有意见；每种写坏的办法恰好引来它那条规矩的意见。"""

from __future__ import annotations

from pathlib import Path

import pytest

from support.lint import lint_features, lint_steps, main

GOOD = """# language: zh-CN
@隔离 @核心
功能: 聊天历史隔离
  聊天记录属于说话的那家租户。

  背景:
    假如 已开通租户“科技公司”和“教育机构”

  规则: 一家租户的聊天历史只有自己的麦麦记得

    @HIST-01 @需.提示词可见
    场景: 两家都有一位小王
      假如 “科技公司”的“小王”说过“我应该等待，没有关系”
      当 两家租户的“小王”都问“周三下午”
      那么 “科技公司”的麦麦记得“周三下午”
      但是 “教育机构”的麦麦不记得“周三下午”

    @HIST-02
    场景大纲: 两家的<编号>相同时各记各的
      假如 两家租户使用相同的<编号>
      当 “科技公司”的“小王”问“暗号”
      当 “教育机构”的“小王”问“暗号”
      那么 先放行、后被拒绝

      例子: 各种编号
        | 编号     |
        | 用户编号 |
        | 群号     |
"""
SECOND_RULE = "  规则: 另一条\n\n    @HIST-03\n    场景: 某个\n      当 问\n      那么 答\n"

# 说法, 把哪段换成什么, 恰好引来哪些规矩的意见
BAD = [
    ("没有语言行", "# language: zh-CN\n", "", {"语言"}),
    ("规则用全角冒号", "规则: 一家", "规则：一家", {"冒号", "语法"}),
    ("关键字与冒号之间有空格", "背景:", "背景 :", {"冒号"}),
    ("写示例", "例子: 各种编号", "示例: 各种编号", {"关键字", "语法"}),
    ("写剧本", "场景: 两家都有", "剧本: 两家都有", {"关键字"}),
    ("写假设", "假如 已开通", "假设 已开通", {"关键字"}),
    ("写同时", "但是 “教育机构”", "同时 “教育机构”", {"关键字"}),
    ("英文步骤词", "但是 “教育机构”", "* “教育机构”", {"关键字"}),
    ("规则之下的散行", "@HIST-01 @需", "场景 两家\n    @HIST-01 @需", {"步骤"}),
    ("场景没有编号", "@HIST-01 ", "", {"编号"}),
    ("场景有两个编号", "@HIST-01 ", "@HIST-01 @HIST-09 ", {"编号"}),
    ("编号用了两次", "@HIST-02", "@HIST-01", {"编号"}),
    ("编号写在功能上", "@隔离 @核心", "@隔离 @核心 @HIST-07", {"编号"}),
    ("编号写在规则上", "  规则: 一家", "  @HIST-07\n  规则: 一家", {"编号"}),
    ("编号写在例子上", "      例子: 各", "      @HIST-07\n      例子: 各", {"编号"}),
    ("两种前缀", "@HIST-02", "@MEM-02", {"编号"}),
    ("场景不归规则", "  规则: 一家租户的聊天历史只有自己的麦麦记得\n", "", {"结构"}),
    ("没有场景的规则", GOOD[-1:], "\n  规则: 空的\n", {"结构"}),
    ("两个场景同名", GOOD[-1:], "\n" + SECOND_RULE.replace("某个", "两家都有一位小王"), {"重名"}),
    ("没见过的标签", "@隔离 @核心", "@隔离 @核心 @冒烟", {"标签"}),
    ("没见过的能力", "@需.提示词可见", "@需.长连接", {"标签"}),
    ("没有级别", "@隔离 @核心", "@隔离", {"级别"}),
    ("两个级别", "    @HIST-02", "    @HIST-02 @扩展", {"级别"}),
    ("大纲没有一行例子", "        | 用户编号 |\n        | 群号     |\n", "", {"大纲"}),
    ("例子四列", "| 编号     |", "| 编号 | 甲 | 乙 | 丙 |", {"语法"}),
    ("第一列不在名字里", "场景大纲: 两家的<编号>", "场景大纲: 两家的编号", {"大纲"}),
    ("例子里没有的占位", "问“暗号”\n      当", "问“<暗号>”\n      当", {"大纲"}),
    ("普通场景里的占位", "场景: 两家都", "场景: <两>家都", {"大纲"}),
    ("技术词", "场景: 两家都有", "场景: 两家的 json 都有", {"用词"}),
    ("引号里的技术词", "说过“我应该", "说过“HTTP 我应该", {"用词"}),
    ("表里的技术词", "| 群号     |", "| 状态码   |", {"用词"}),
    ("空口断言", "麦麦记得“周", "麦麦应该记得“周", {"用词"}),
    ("第一人称", "当 两家租户", "当 我和两家租户", {"用词"}),
    ("步骤太多", "      当 两家", "      而且 又\n" * 3 + "      当 两家", {"篇幅"}),
    ("文件太长", GOOD[-1:], "\n" + "# 注\n" * 60, {"篇幅"}),
    ("背景里有动作", "和“教育机构”\n", "和“教育机构”\n    当 他问\n", {"背景"}),
    ("背景太长", "和“教育机构”\n", "和“教育机构”\n" + "    而且 又\n" * 3, {"背景"}),
    ("两组当", "      但是 “教育机构”", "      当 再问\n      那么 “教育机构”", {"骨架"}),
    ("三行并列的当", "当 两家租户", "当 甲\n      当 乙\n      当 两家租户", {"骨架"}),
    ("没有当", "      当 两家租户的“小王”都问“周三下午”\n", "", {"骨架"}),
    ("没有那么", "      那么 先放行、后被拒绝\n", "", {"骨架"}),
    ("只有否定", "的麦麦记得", "的麦麦想不起", {"对照"}),
    ("拒绝没有先放行", "先放行、后被拒绝", "被拒绝", {"对照"}),
    ("不写为什么", "  聊天记录属于说话的那家租户。\n", "", {"缘由"}),
    ("为什么写得太长", "那家租户。\n", "那家租户。\n" + "  还有。\n" * 3, {"缘由"}),
]


def write(folder: Path, text: str, name: str = "one.feature") -> Path:
    (folder / name).write_text(text, "utf-8")
    return folder


def test_good_feature_has_no_findings(tmp_path: Path) -> None:
    assert lint_features(write(tmp_path, GOOD)) == []


@pytest.mark.parametrize(("old", "new", "rules"), [one[1:] for one in BAD], ids=[b[0] for b in BAD])
def test_each_mistake_draws_its_rule(tmp_path: Path, old: str, new: str, rules: set[str]) -> None:
    assert old in GOOD
    head, _, tail = GOOD.rpartition(old)
    found = lint_features(write(tmp_path, head + new + tail))
    assert {finding.rule for finding in found} == rules, found


def test_four_columns(tmp_path: Path) -> None:
    table = "| 编号 | 甲 | 乙 | 丙 |\n        | 用户编号 | 1 | 2 | 3 |\n"
    text = GOOD.partition("| 编号 ")[0].replace("当 “科技公司”的", "当 <甲><乙><丙>") + table
    assert [one.message for one in lint_features(write(tmp_path, text))] == ["例子至多 3 列"]


def test_unused_column(tmp_path: Path) -> None:
    text = GOOD.partition("| 编号 ")[0] + "| 编号 | 甲 |\n        | 用户编号 | 1 |\n"
    assert ["<甲>" in one.message for one in lint_features(write(tmp_path, text))] == [True]


def test_names_and_ids_are_unique_across_files(tmp_path: Path) -> None:
    write(write(tmp_path, GOOD), GOOD, "two.feature")
    found = lint_features(tmp_path)
    assert [(one.path.name, one.line, one.rule) for one in found] == [
        ("two.feature", 3, "重名"),
        ("two.feature", 12, "编号"),
        ("two.feature", 19, "编号"),
    ]


def test_broken_and_empty_files_are_findings_not_crashes(tmp_path: Path) -> None:
    write(tmp_path, "# language: zh-CN\n", "empty.feature")
    write(tmp_path, "# language: zh-CN\n功能：全角\n", "wide.feature")
    found = {(one.path.name, one.rule) for one in lint_features(tmp_path)}
    assert {("empty.feature", "语法"), ("wide.feature", "冒号"), ("wide.feature", "语法")} <= found


STEPS = '''
from behave import given, then, when


@given("已开通租户{names:Names}")
def opened(context, names):
    """已开通。"""


@when("{who:Text}问")
def asked(context, who):
    """问。"""


@then("{who:Text}得到回复")
def answered(context, who):
    """裁决。"""
'''
TWIN = '''
from behave import register_type

register_type(Word=lambda text: text)


@then("{who:Text}得到{what:Word}")
def twin(context, who, what):
    """又一个。"""
'''
TALK = """# language: zh-CN
功能: 试
  为什么。

  背景:
    假如 已开通租户“甲”和“乙”

  规则: 一条

    场景大纲: 某<谁>
      当 “<谁>”问
      那么 “<谁>”得到回复

      例子:
        | 谁 |
        | 甲 |
        | 乙 |
"""


def project(tmp_path: Path, steps: str = STEPS, talk: str = TALK) -> Path:
    for name, text in (("steps/all_steps.py", steps), ("features/talk.feature", talk)):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def test_steps_and_definitions_pair_up(tmp_path: Path) -> None:
    assert lint_steps(project(tmp_path)) == []


@pytest.mark.parametrize(
    ("where", "old", "new", "rules"),
    [
        ("talk", "得到回复", "听见回复", ["未使用", "未定义"]),
        ("talk", "当 “<谁>”问", "当 “<谁>”和“乙”问", ["未使用", "未定义"]),
        ("steps", "{who:Text}得到", "{who}得到", ["裸参数"]),
        ("steps", '    """问。"""', "    pass", ["无说明"]),
    ],
)
def test_each_mismatch_draws_its_rule(
    tmp_path: Path, where: str, old: str, new: str, rules: list[str]
) -> None:
    texts = {"steps": STEPS, "talk": TALK}
    assert old in texts[where]
    texts[where] = texts[where].replace(old, new)
    assert sorted(one.rule for one in lint_steps(project(tmp_path, **texts))) == sorted(rules)


def test_two_definitions_for_one_step(tmp_path: Path) -> None:
    found = lint_steps(project(tmp_path, steps=STEPS + TWIN))
    assert [one.rule for one in found] == ["歧义"]
    assert "all_steps.py:15" in found[0].message


def test_same_definition_twice(tmp_path: Path) -> None:
    again = STEPS.partition("@then")[2].replace("answered", "again")
    found = lint_steps(project(tmp_path, steps=f"{STEPS}\n\n@then{again}"))
    assert [one.rule for one in found] == ["歧义"]


def test_undefined_step_names_the_nearest_definition(tmp_path: Path) -> None:
    found = lint_steps(project(tmp_path, talk=TALK.replace("得到回复", "得到回覆")))
    assert "最像的句式：{who:Text}得到回复" in next(
        one.message for one in found if one.rule == "未定义"
    )


def test_command_exit_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    assert main([str(write(tmp_path, GOOD))]) == 0
    assert main([str(write(tmp_path, GOOD.replace("@HIST-01 ", "")))]) == 1
    assert "one.feature:12 编号 " in capsys.readouterr().out
