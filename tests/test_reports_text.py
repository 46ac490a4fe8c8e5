"""文字报告与 JUnit：由同一份 results.json 写成，数目对得上。"""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from rich.cells import cell_len

from support.reports.junit import write_junit
from support.reports.text.run import render_text
from tests.reports_sample import RESULTS, results, scenario

ORIGINAL = """\
=== 多租户集成测试报告 ===
测试时间: 2026-11-22 14:03:07
测试场景数: 4

=== 总体统计 ===
总发送消息数: 31
总接收消息数: 29
总错误数: 2
总体成功率: 93.55%
"""
CONVERSATION = """\
=== 场景详情 ===
场景: 技术讨论群
  租户: 科技公司
  智能体: 技术助手
  平台: qq
  发送消息: 15
  接收消息: 12
  成功率: 80.00%
  耗时: 12.34秒
"""
KEY_FIGURES = """\
=== 关键指标 ===
并发用户数: 10
总消息数: 200
成功率: 99.00%
消息速率: 41.70 msg/s
测试耗时: 4.80 秒
"""
LOAD = {
    "concurrent_users": 10,
    "sent": 200,
    "received": 198,
    "success_rate": 0.99,
    "messages_per_s": 41.7,
    "duration_s": 4.8,
}


def test_text_keeps_the_original_headings_and_fields():
    text = render_text(results(load=LOAD))
    for part in (ORIGINAL, CONVERSATION, KEY_FIGURES):
        assert part in text


def test_text_says_what_was_tested_and_what_was_not():
    text = render_text(results())
    for fact in (
        "被测目标: 内置参考服务 maispec 参考服务 0.1.0",
        "种子: 7",
        "能力: 长期记忆、密钥期限",
        "场景: 运行 4 / 计划 5",
        "本次运行无效: 计划 5 个场景，只跑了 4 个",
        "裁决: 通过 1 · 违反 1 · 无法判定 1 · 跳过 1",
        "[违反] HIST-02 机构的麦麦说漏了公司的话",
        "结论  越界：“教育机构”看到了“科技公司”的话",
        "原因  目标没有“长连接”能力",
        "复现  python -m behave features/isolation/chat_history.feature:14 -D seed=7",
        "tenants t-9：服务不肯删除",
        "服务启动: 0.81 秒",
        "- 没有模型密钥，对话用模板。",
    ):
        assert fact in text
    assert "HIST-01" not in text  # 通过的不列
    assert "\x1b" not in text


def test_a_rate_without_a_denominator_is_none_not_zero():
    silent = {**RESULTS["tenants"][1], "errors": 0, "foreign": 0}
    talk = {**RESULTS["conversations"][0], "sent": 0, "received": 0, "success_rate": 0.0}
    text = render_text(results(tenants=[silent], conversations=[talk]))
    assert "总体成功率: 无" in text
    assert "  成功率: 无" in text
    assert "%" not in text


def test_tenant_table_lines_up_in_terminal_columns():
    lines = render_text(results()).splitlines()
    header = next(line for line in lines if line.startswith("租户  "))
    start = lines.index(header)
    rows = lines[start : start + 3]
    assert len({cell_len(row) for row in rows}) == 1
    assert cell_len(header) <= 100
    titles = ["租户", "发送", "确认", "回复", "丢失", "重复", "越界", "迟到", "错误", "拒绝"]
    assert header.split() == [*titles, "p50", "p95", "p99"]
    assert rows[1].split() == ["科技公司", "31", "31", "29", "1", *"00001", "12", "46", "79"]
    assert rows[2].split()[-3:] == ["无"] * 3


def test_markup_like_names_are_printed_as_they_are():
    tenant = {**RESULTS["tenants"][0], "tenant": "[bold]甲[/bold]"}
    assert "[bold]甲[/bold]" in render_text(results(tenants=[tenant]))


def cases(folder):
    return [
        case
        for path in sorted(folder.glob("*.xml"))
        for case in ElementTree.parse(path).getroot().iter("testcase")
    ]


def test_junit_has_every_scenario_once_with_its_verdict(tmp_path):
    (tmp_path / "TESTS-09-上一次.xml").write_text("<testsuite><testcase/></testsuite>", "utf-8")
    write_junit(results(), tmp_path)
    found = {case.get("name").split()[0]: case for case in cases(tmp_path)}
    assert len(cases(tmp_path)) == len(RESULTS["scenarios"]) == len(found)
    assert list(found["HIST-01"]) == []
    assert found["HIST-02"].find("failure").get("message").startswith("越界：")
    assert "刚听人说" in found["HIST-02"].find("failure").text
    assert found["FAULT-01"].find("error").get("message") == "哨兵话没有回复"
    assert found["CAP-01"].find("skipped").get("message") == "目标没有“长连接”能力"
    suites = [ElementTree.parse(path).getroot() for path in tmp_path.glob("*.xml")]
    for name in ("failures", "errors", "skipped"):
        assert sum(int(suite.get(name)) for suite in suites) == 1


@pytest.mark.parametrize("feature", ["甲/乙: “丙”", "A b"])
def test_junit_survives_odd_names_and_control_characters(tmp_path, feature):
    odd = scenario("ODD-01", "无法判定", feature=feature, reason="坏字节\x00\x1b[31m")
    write_junit(results(scenarios=[odd]), tmp_path)
    assert [case.find("error").get("message") for case in cases(tmp_path)] == ["坏字节��[31m"]
