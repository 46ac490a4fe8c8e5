"""Allure 结果：跑了几个场景就有几个结果，状态照实。全部经过真的 behave 子进程。"""

from __future__ import annotations

import json
from collections import Counter

import pytest

from tests.reports_sample import behave, make_project, read_results

EXPECTED = {
    "HIST-01 两家都有一位小王": "passed",
    "HIST-02 机构的麦麦说漏了公司的话": "failed",
    "HIST-03 文段也照样报告": "passed",
    "FAULT-01 断线 之后仍收到回复（例 1.1 网络）": "passed",
    "FAULT-01 抖动 之后仍收到回复（例 1.2 网络）": "passed",
    "FAULT-01 无响应 之后仍收到回复（例 2.1 模型）": "passed",
    "CAP-01 这个目标没有长连接": "skipped",
    "BAD-01 明白写着的违反": "failed",
    "BAD-02 证据不足": "broken",
    "BAD-03 步骤自己坏了": "broken",
    "BAD-04 没有人写过的句子": "broken",
    "BAD-05 前处理坏了": "broken",
    "BAD-06 收尾坏了": "broken",
    "BAD-07 后处理坏了": "broken",
    "SAME-01 同名": "passed",
    "SAME-02 同名": "passed",
    "没能跑": "broken",
    "同名": "broken",
}


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    done = behave(make_project(folder / "p"), folder / "r", "-D", "seed=7", "-D", "worker=2")
    assert done.returncode == 1, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def by_name(ran):
    return {result["name"]: result for result in read_results(ran / "r")}


def message(result):
    return result["statusDetails"]["message"]


def labels(result, name):
    return [label["value"] for label in result["labels"] if label["name"] == name]


def attachments(folder, result):
    return {
        one["name"]: (folder / "r" / one["source"]).read_text("utf-8")
        for one in result.get("attachments", ())
    }


def test_every_scenario_has_exactly_one_result_with_its_true_status(ran, by_name):
    assert {name: result["status"] for name, result in by_name.items()} == EXPECTED
    assert len(read_results(ran / "r")) == len(EXPECTED)


def test_same_names_and_rows_never_share_a_history(ran):
    results = read_results(ran / "r")
    assert len({result["historyId"] for result in results}) == len(results)
    # Allure 3 自己用 testCaseId + 参数认历史。
    pairs = Counter((r["testCaseId"], str(r.get("parameters"))) for r in results)
    assert max(pairs.values()) == 1


def test_history_survives_line_moves_and_new_neighbours(ran, tmp_path):
    project = make_project(tmp_path / "p")
    path = project / "features/故障.feature"
    moved = path.read_text("utf-8").replace(
        "  @BAD-02", "  @NEW-01\n  场景: 新来的\n    假如 遇到断线\n\n  @BAD-02"
    )
    path.write_text(moved, "utf-8")
    behave(project, tmp_path / "r")
    before = {r["name"]: r["historyId"] for r in read_results(ran / "r")}
    after = {r["name"]: r["historyId"] for r in read_results(tmp_path / "r")}
    assert after.pop("NEW-01 新来的")
    assert after == before


def test_labels_group_by_concern_feature_and_rule(by_name):
    result = by_name["HIST-02 机构的麦麦说漏了公司的话"]
    assert labels(result, "epic") == ["隔离"]
    assert labels(result, "feature") == ["聊天历史隔离"]
    assert labels(result, "story") == ["麦麦只记得自己租户的人说过的话"]
    assert labels(result, "tag") == ["隔离", "核心", "HIST-02", "扩展"]
    assert labels(result, "severity") == ["normal"]  # 场景自己的 @扩展 盖过功能的 @核心
    assert labels(by_name["HIST-01 两家都有一位小王"], "severity") == ["critical"]
    assert labels(by_name["BAD-02 证据不足"], "epic") == ["韧性"]
    assert labels(by_name["没能跑"], "epic") == ["其他"]
    assert labels(by_name["CAP-01 这个目标没有长连接"], "tag")[-2:] == ["LIFE-09", "CAP-01"]
    assert labels(result, "thread") == ["工作进程 2"]
    suite = [labels(result, name)[0] for name in ("parentSuite", "suite", "subSuite")]
    assert suite == ["隔离", "聊天历史隔离", "麦麦只记得自己租户的人说过的话"]


def test_watch_violation_fails_although_all_steps_passed(by_name):
    result = by_name["HIST-02 机构的麦麦说漏了公司的话"]
    assert {step["status"] for step in result["steps"]} == {"passed"}
    first, *rest = message(result).splitlines()
    assert first.startswith("越界：")
    assert [line[:2] for line in rest] == ["规格", "期望", "实际", "证据", "复现"]
    assert "教育机构/小王 收到“刚听人说登录接口的超时改成五秒〔科技公司/小雨的话〕" in message(
        result
    )
    assert message(result).endswith("features/isolation/历史.feature:20 -D seed=7")
    assert "trace" not in result["statusDetails"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("CAP-01 这个目标没有长连接", "跳过：目标没有“长连接”能力"),
        ("BAD-01 明白写着的违反", "“科技公司”的“小雨”收到两条回复"),
        ("BAD-02 证据不足", "无法判定：哨兵话没有回复"),
        ("BAD-04 没有人写过的句子", "无法判定：没有这样的步骤"),
        ("BAD-05 前处理坏了", "连不上数据库"),
        ("BAD-06 收尾坏了", "场景收尾出错"),
        ("BAD-07 后处理坏了", "记录写好之后才坏"),
        ("没能跑", "“前处理就坏了”的前处理出错"),
    ],
)
def test_the_message_says_why(by_name, name, words):
    assert words in message(by_name[name])


def test_only_surprises_carry_a_trace(by_name):
    with_trace = [name for name, r in by_name.items() if "trace" in r.get("statusDetails", {})]
    assert sorted(with_trace) == ["BAD-03 步骤自己坏了", "BAD-05 前处理坏了", "BAD-07 后处理坏了"]


def test_tables_and_texts_hang_on_their_step(ran, by_name):
    step = by_name["HIST-01 两家都有一位小王"]["steps"][0]
    table = next(one for one in step["attachments"] if one["name"] == "表格")
    assert (ran / "r" / table["source"]).read_text("utf-8").splitlines()[1] == "科技公司,技术助手"
    text = by_name["HIST-03 文段也照样报告"]["steps"][-1]["attachments"][0]
    assert (ran / "r" / text["source"]).read_text("utf-8") == "第一行\n第二行"


def test_evidence_pages_show_the_leak_and_hide_the_canaries(ran, by_name):
    pages = attachments(ran, by_name["HIST-02 机构的麦麦说漏了公司的话"])
    assert list(pages) == ["对话记录", "裁决与证据", "越界审计", "提示词"]
    assert "<mark>〔科技公司/小雨的话〕</mark>" in pages["对话记录"]
    assert '<span class="own">〔登录接口的超时改成五秒〕</span>' in pages["对话记录"]
    assert "来自模板" in pages["对话记录"]
    assert "回复 3 处 · 提示词 2 处" in pages["越界审计"]
    assert "<td>科技公司/技术助手/qq/private:u1001/小雨</td>" in pages["越界审计"]
    assert "你是教育导师" in pages["提示词"]
    assert not any("（zx" in page or "<script" in page for page in pages.values())


def test_a_broken_feature_hook_is_a_global_error(ran):
    told = [json.loads(path.read_text("utf-8")) for path in (ran / "r").glob("*-globals.json")]
    assert [one["errors"][0]["message"][:8] for one in told] == ["“前处理就坏了”"]


def test_unselected_scenarios_leave_no_result(ran, tmp_path):
    project = ran / "p"
    behave(project, tmp_path / "line", "features/isolation/历史.feature:15")
    assert [r["name"] for r in read_results(tmp_path / "line")] == ["HIST-01 两家都有一位小王"]
    behave(project, tmp_path / "tags", "--tags", "@CAP-01 or @HIST-03")
    names = sorted(r["name"] for r in read_results(tmp_path / "tags"))
    assert names == ["CAP-01 这个目标没有长连接", "HIST-03 文段也照样报告"]
    steps = {r["name"]: len(r["steps"]) for r in read_results(tmp_path / "tags")}
    assert steps["HIST-03 文段也照样报告"] == 2  # 没有混进未选中场景的步骤


def test_dry_run_never_says_passed(ran, tmp_path):
    behave(ran / "p", tmp_path / "r", "--dry-run")
    results = read_results(tmp_path / "r")
    assert len(results) == len(EXPECTED)
    assert {r["status"] for r in results} == {"skipped", "broken"}  # broken：没有写过的句子
    assert "演练" in message(next(r for r in results if r["name"].startswith("HIST-01")))
