"""安全检查：规格里都带着记号；公开的报告只给数目，哪里也漏不出细节；全文写明不可公开。"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from support.cli import main as cli
from support.compare.table import compare
from support.conformance import files, report, seal, withhold
from support.conformance.batches import combine
from support.conformance.command import main
from support.coverage import load_matrix, summary
from support.disclosure import CAPABILITIES, CHECKS, HIDDEN, TAG, hide, is_listed
from support.lint import lint_features
from support.lint.features import feature_files, parse
from support.lint.scenarios import spec_ids
from support.reports.html import comparison
from support.reports.pipeline import publish
from support.reports.renderer import Report
from support.schemas import ResultsKind
from tests.reports_sample import RESULTS, results, scenario
from tests.runs import ROOT, deployment, only
from tests.runs import run as run_suite
from tests.test_lint import GOOD

FEATURES = ROOT / "features"


@pytest.fixture(scope="module")
def rules():
    """全部规则：（文件名，规则名）→ 每个场景的编号、它的标签（连例子上的）。"""
    found = {}
    for path in feature_files(FEATURES):
        for rule in parse(path).rules:
            found[path.name, rule.name] = [
                (spec_ids(one.tags)[0], every_tag(one)) for one in rule.scenarios
            ]
    return found


def every_tag(one):
    examples = getattr(one, "examples", ())
    return {*one.effective_tags, *(tag for some in examples for tag in some.tags)}


# ---- 规格里的记号 ----------------------------------------------------------------


def test_every_rule_is_marked_as_a_whole_and_the_list_names_what_exists(rules):
    marked = {spec for some in rules.values() for spec, tags in some if TAG in tags}
    every = {spec for some in rules.values() for spec, _ in some}
    assert {spec for spec in every if is_listed(spec)} <= marked
    mixed = [name for name, some in rules.items() if len({TAG in tags for _, tags in some}) > 1]
    assert mixed == []
    for one in CHECKS:
        assert one in every or any(spec.startswith(f"{one}-") for spec in every), one


def test_whether_a_check_exists_is_asked_only_by_checks(rules):
    for some in rules.values():
        for spec, tags in some:
            if {tag.removeprefix("需.") for tag in tags} & set(CAPABILITIES):
                assert TAG in tags, spec


@pytest.mark.parametrize("spec", ["KEY-01", "JOIN-07", "ROUTE-05"])
def test_lint_asks_for_the_mark(tmp_path, spec):
    prefix = spec.partition("-")[0]
    bare = GOOD.replace("@HIST-01", f"@{spec}").replace("@HIST-02", f"@{prefix}-02 @{TAG}")
    (tmp_path / "a.feature").write_text(bare, "utf-8")
    [found] = lint_features(tmp_path)
    assert (found.rule, f"添 @{TAG}" in found.message, spec in found.message) == (
        "检查",
        True,
        True,
    )
    (tmp_path / "a.feature").write_text(bare.replace(f"@{spec}", f"@{spec} @{TAG}"), "utf-8")
    assert lint_features(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("@HIST-01", "@WOLF-01 @需.管理面鉴权", "需.管理面鉴权"),
        ("“科技公司”的“小王”问", "“科技公司”的“小王”在话里自称是“教育机构”问", "自称"),
        ("        | 群号     |", "        | 伪造的群号 |", "伪造"),
    ],
)
def test_lint_knows_a_check_of_a_new_family_by_its_words(tmp_path, old, new, why):
    assert old in GOOD
    bare = GOOD.replace(old, new, 1).replace("@HIST-", "@WOLF-")
    (tmp_path / "a.feature").write_text(bare, "utf-8")
    [found] = [one for one in lint_features(tmp_path) if one.rule == "检查"]
    assert f"写着“{why}”的是检查，场景上添 @{TAG}" in found.message


def test_other_scenarios_may_be_marked_too(tmp_path):
    (tmp_path / "a.feature").write_text(GOOD.replace("@HIST-01", f"@HIST-01 @{TAG}"), "utf-8")
    assert lint_features(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@隔离 @核心", f"@隔离 @核心 @{TAG}"),
        ("  规则: 一家", f"  @{TAG}\n  规则: 一家"),
        ("      例子: 各", f"      @{TAG}\n      例子: 各"),
    ],
)
def test_the_mark_belongs_on_the_scenario(tmp_path, old, new):
    (tmp_path / "a.feature").write_text(GOOD.replace(old, new), "utf-8")
    assert {one.rule for one in lint_features(tmp_path)} == {"检查"}


def test_the_command_reports_a_missing_mark(tmp_path, capsys):
    shutil.copytree(FEATURES, tmp_path / "features")
    path = tmp_path / "features/isolation/claims.feature"
    path.write_text(path.read_text("utf-8").replace(f" @{TAG}", "", 1), "utf-8")
    assert cli(["lint", str(tmp_path / "features")]) == 1
    assert f"CLAIM-01 查的是{CHECKS['CLAIM']}" in capsys.readouterr().out


# ---- 公开的形式 ------------------------------------------------------------------

#: 一条检查里出现的每一段话；公开的两个文件里一段也不许有。
SECRET = {
    "id": "CLAIM-02", "name": "小王拿着月亮形的密钥", "rule": "月亮形的密钥不作数",
    "reason": "想起了“月下的暗号”", "claim": "越界：月亮照见了太阳", "expected": "没有“月食”",
    "actual": "有“月食”", "evidence": "#0042 收到“月饼藏在月台”", "leak": "#0043 看见“月牙”",
    "known": "月初就知道了", "link": "https://example.org/moon", "doubt": "没有看到月相",
    "skip": "目标没有能力“管理面鉴权”",
}  # fmt: skip
OPEN = "机构的麦麦说漏了公司的话"


def run_of(**changes):
    target = {**RESULTS["run"]["target"], "kind": "真实部署", "name": "别人的", "version": "9"}
    return {
        **RESULTS["run"], "target": target, "capabilities": ["重启", "管理面鉴权"],
        "tags": ["@CLAIM-02 or @HIST-02", "not @月相-09"],
        "command": "python -m support --config saas.toml --tags '@CLAIM-02 or @HIST-02' --seed 7",
        "invalid_reasons": [f"CLAIM-02、KEY-09、BADGE-01 没跑完：{SECRET['name']}"], **changes,
    }  # fmt: skip


def check(spec="CLAIM-02", verdict="违反", **more):
    violation = {key: SECRET[key] for key in ("claim", "expected", "actual")}
    violation["evidence"] = [SECRET["evidence"]]
    told = {key: SECRET[key] for key in ("name", "rule", "reason")}
    row = {"tags": ["核心", spec, TAG], "violations": [violation], **told, **more}
    return scenario(spec, verdict, **row)


def sample():
    """别人的部署：一条公开的违反，检查有违反、已知、无法判定、跳过、通过各一。"""
    known = {"since": "2026-11-22", "reason": SECRET["known"], "link": SECRET["link"],
             "state": "仍违反"}  # fmt: skip
    rows = [
        scenario("HIST-01", "通过", tags=["核心"]),
        *[one for one in RESULTS["scenarios"] if one["id"] == "HIST-02"],
        check(),
        check("KEY-01", "已知违反", known=known),
        check("KEY-02", "无法判定", reason=SECRET["doubt"], violations=[]),
        check("ADMIN-01", "跳过", reason=SECRET["skip"], violations=[]),
        check("IDENT-01", "通过", reason="", violations=[]),
        check("月相-09", "违反"),
    ]
    leak = {"property": "P5", "owner": "甲", "observer": "乙", "surface": "回复",
            "evidence": SECRET["leak"]}  # fmt: skip
    findings = [{**leak, "scenario": spec} for spec in ("CLAIM-02", "月相-09")]
    entry = {
        "id": "KEY-01", "rows": [SECRET["name"]], "scenarios": [SECRET["name"]], **known,
        "said": f"KEY-01 仍违反（自 2026-11-22：{SECRET['known']}）",
    }  # fmt: skip
    all_findings = [*RESULTS["findings"], *findings]
    return results(run=run_of(), scenarios=rows, findings=all_findings, known=[entry])


def published(folder, outcome):
    """公开的一份的两个文件，原样的文字。"""
    return [path.read_text("utf-8") for path in files.write(folder, outcome)]


def test_nothing_of_a_check_is_in_either_file(tmp_path):
    for text in published(tmp_path, sample()):
        for words in SECRET.values():
            assert words not in text
        assert not re.search(r"(?:KEY|CLAIM|BADGE|ADMIN|IDENT|月相)-\d", text)
        assert "月" not in text
        assert "管理面鉴权" not in text
        assert OPEN in text, "别的规格照写"
        assert "--tags @HIST-02 --seed 7" in text, "别的规格照样给复现命令"
        assert withhold.SAID in text


def test_the_counts_are_by_property_and_verdict():
    told = withhold.public(report.build(sample()))["withheld"]["properties"]
    counts = {one["property"]: {k: n for k, n in one["counts"].items() if n} for one in told}
    assert counts == {
        "P6": {"违反": 1}, "P7": {"已知违反": 1, "无法判定": 1}, "P8": {"跳过": 1},
        "P10": {"通过": 1}, "": {"违反": 1},
    }  # fmt: skip
    meaning = load_matrix().meaning
    assert [one["meaning"] for one in told if one["property"]] == [
        meaning[name] for name in ("P6", "P7", "P8", "P10")
    ]


def test_the_page_shows_the_counts_and_does_not_claim_that_all_is_well(tmp_path):
    outcome = sample()
    outcome["scenarios"] = [one for one in outcome["scenarios"] if one["id"] != "HIST-02"]
    page, _ = published(tmp_path, outcome)
    assert f"| P6 {load_matrix().meaning['P6']} | 0 | 1 | 0 | 0 | 0 |" in page
    assert "## 违反\n\n除安全检查之外，无。" in page
    assert "| 核心 | **不符合** |" in page
    assert "形式 | 公开" in page


def test_every_property_a_check_may_fall_under_has_a_name(rules):
    rows = [
        {"id": spec, "verdict": "通过"}
        for some in rules.values() for spec, tags in some if TAG in tags
    ]  # fmt: skip
    assert "" not in {one["property"] for one in withhold.tally(rows)}


def test_only_the_text_that_names_a_check_is_blackened():
    assert hide("KEY-01、BADGE-02、HIST-01 没有跑") == f"{HIDDEN}、HIST-01 没有跑"
    assert hide("@KEY-01 or @KEY-* or @LIFE-02") == f"@{HIDDEN} or @LIFE-02"
    assert hide("LIFE-01、LIFE-02、MONKEY-01、ROUTE-041") == (
        f"{HIDDEN}、LIFE-02、MONKEY-01、ROUTE-041"
    )


def test_words_that_open_rules_use_themselves_stay(tmp_path):
    """KEY-03 叫“停用又恢复”，LIFE-03 的一行叫“智能体被停用又恢复”。"""
    rows = [
        check("KEY-03", name="停用又恢复"),
        scenario("LIFE-03", "违反", name="智能体被停用又恢复 -- @1.1", tags=["核心"]),
    ]
    page, _ = published(tmp_path, results(run=run_of(), scenarios=rows, findings=[]))
    assert "LIFE-03 智能体被停用又恢复 -- @1.1" in page


def test_a_command_that_chose_checks_by_name_is_not_told():
    told = withhold.public(report.build(sample()))
    assert told["reproduce"] == "# 点名选了安全检查的命令未公开"
    assert told["run"]["tags"] == [f"@{HIDDEN} or @HIST-02", f"not @{HIDDEN}"]
    assert told["run"]["gaps"][-1] == f"{HIDDEN} 没跑完：{HIDDEN}"


def test_whether_a_target_has_checks_is_not_told():
    told = withhold.public(report.build(sample()))["capabilities"]
    assert told["supported"] == ["重启"]
    assert not {*told["unsupported"]} & {*CAPABILITIES, HIDDEN}


def test_batches_and_contradictions_tell_no_more(tmp_path):
    same = {"tags": ["@CLAIM-02"], "invalid_reasons": [], "valid": True, "planned": 1, "ran": 1}
    parts = [
        results(run=run_of(id=f"批{at}", **same), scenarios=[check(verdict=one)], findings=[])
        for at, one in enumerate(("违反", "通过"))
    ]
    whole = report.build(combine([{**one, "known": []} for one in parts], []))
    assert len(whole["run"]["contradictions"]) == 1
    assert withhold.public(whole)["run"]["contradictions"] == []
    for path in files.write_report(tmp_path, withhold.public(whole)):
        text = path.read_text("utf-8")
        assert not re.search("CLAIM|月", text)


def test_our_own_server_is_told_whole(tmp_path):
    outcome = sample()
    outcome["run"]["target"]["kind"] = RESULTS["run"]["target"]["kind"]
    page, data = published(tmp_path, outcome)
    for text in (page, data):
        assert SECRET["evidence"] in text
        assert "--tags @CLAIM-02" in text
        assert withhold.NOTICE not in text


# ---- 命令：公开、全文、改写、核对 ------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    """一次运行的目录。"""
    (tmp_path / "run").mkdir()
    (tmp_path / "run/results.json").write_text(json.dumps(sample()), "utf-8")
    return tmp_path / "run"


def test_full_says_first_that_it_is_not_for_publication(folder, tmp_path, capsys):
    out = tmp_path / "docs"
    assert main([str(folder), "--output", str(out)]) == 0
    assert "安全检查 6 个场景只给数目" in capsys.readouterr().out
    assert main([str(folder), "--output", str(out), "--full"]) == 0
    assert withhold.NOTICE in capsys.readouterr().out
    assert sorted(one.name for one in out.iterdir()) == [
        "9-websocket-full.json", "9-websocket-full.md", "9-websocket.json", "9-websocket.md",
    ]  # fmt: skip
    page = (out / "9-websocket-full.md").read_text("utf-8")
    assert page.splitlines()[0] == withhold.NOTICE
    data = json.loads((out / "9-websocket-full.json").read_text("utf-8"))
    assert next(iter(data)) == "notice"
    with pytest.raises(SystemExit):
        main([str(folder), "--ful"])
    for words in set(SECRET.values()) - {SECRET["link"], SECRET["id"]}:
        assert words in page, "全文一样不少"


def test_both_forms_are_sealed_and_a_changed_one_is_void(folder, tmp_path, capsys):
    for extra in ([], ["--full"]):
        assert main([str(folder), "--output", str(tmp_path / "docs"), *extra]) == 0
    (tmp_path / "docs/README.md").write_text("# 说明\n", "utf-8")
    every = sorted((tmp_path / "docs").iterdir())
    capsys.readouterr()
    assert main(["--verify", *map(str, every)]) == 0
    out = capsys.readouterr().out
    assert out.count("完好") == 4
    assert out.count(withhold.NOTICE) == 2
    for path, old, new in (
        ("9-websocket-full.md", f"{withhold.NOTICE}\n\n", ""),
        ("9-websocket-full.json", f'"notice": "{withhold.NOTICE}",', ""),
        ("9-websocket.json", '"违反": 1', '"违反": 0'),
        ("9-websocket.md", "| 0 | 1 | 0 | 0 | 0 |", "| 1 | 0 | 0 | 0 | 0 |"),
    ):
        changed = tmp_path / "docs" / path
        text = changed.read_text("utf-8")
        assert old in text
        changed.write_text(text.replace(old, new, 1), "utf-8")
        assert main(["--verify", str(changed)]) == 1, path
    assert "作废" in capsys.readouterr().out


def test_only_the_guide_beside_the_reports_needs_no_seal(tmp_path, capsys):
    for name in ("README.md", "b.md"):
        (tmp_path / name).write_text("# 说明\n", "utf-8")
    assert cli(["conformance", "--verify", str(tmp_path / "README.md")]) == 2
    assert "只有 README.md" in capsys.readouterr().err
    assert cli(["conformance", "--verify", *map(str, sorted(tmp_path.iterdir()))]) == 2
    assert "末尾没有校验" in capsys.readouterr().err


def test_a_full_report_can_be_rewritten_and_says_when(folder, tmp_path, capsys):
    assert main([str(folder), "--full"]) == 0
    assert main([str(folder / "conformance-full.json"), "--output", str(tmp_path / "d")]) == 0
    page = (tmp_path / "d/9-websocket.md").read_text("utf-8")
    assert re.search(r"形式 \| 公开；\d{4}-\d\d-\d\d 由当时的全文改写成现在的形式", page)
    assert "| 开始 | 2026-11-22T14:03:07+08:00 |" in page
    assert withhold.NOTICE not in page
    assert not re.search("CLAIM|月亮", page)
    assert cli(["conformance", str(tmp_path / "d/9-websocket.json"), "--full"]) == 2
    assert "已经是公开的一份" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["真实部署", RESULTS["run"]["target"]["kind"]])
def test_a_run_of_older_features_is_not_published(tmp_path, capsys, kind):
    outcome = sample()
    outcome["run"]["target"]["kind"] = kind
    for one in outcome["scenarios"]:
        one["tags"] = [tag for tag in one["tags"] if tag != TAG]
    (tmp_path / "results.json").write_text(json.dumps(outcome), "utf-8")
    assert cli(["conformance", str(tmp_path), "--output", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert f"5 个场景没有 @{TAG}：CLAIM-02、KEY-01、KEY-02、ADMIN-01、IDENT-01" in told
    assert "什么也没有写" in told
    assert not (tmp_path / "out").exists()
    assert cli(["conformance", str(tmp_path), "--full"]) == 0
    full = tmp_path / "conformance-full.json"
    assert cli(["conformance", str(full), "--output", str(tmp_path / "out")]) == 2
    assert not (tmp_path / "out").exists()


def test_the_other_reports_of_an_older_run_are_still_written(tmp_path):
    outcome = {**sample(), "matrix": summary(load_matrix())}
    for one in outcome["scenarios"]:
        one["tags"] = ["核心"]
    (tmp_path / "run").mkdir()
    told: list[str] = []
    report = Report(ResultsKind.RUN, outcome, tmp_path / "run", page=False)
    assert publish(report, told.append, 0) == 0
    told = "\n".join(told)
    assert "没有写合规报告：运行 2026-11-22T14-03-07" in told
    left = {one.name for one in (tmp_path / "run").iterdir()}
    assert {"report.txt", "junit"} <= left
    assert not any(name.startswith("conformance") for name in left)


def test_a_report_of_the_first_schema_is_not_rewritten(tmp_path, capsys):
    old = {**report.build(sample()), "schema": report.OLD_SCHEMA}
    (tmp_path / "old.json").write_text(json.dumps(seal.seal(old)), "utf-8")
    assert cli(["conformance", str(tmp_path / "old.json"), "--output", str(tmp_path)]) == 2
    assert "没有带安全检查的记号" in capsys.readouterr().err


# ---- 对比 ------------------------------------------------------------------------


def forms():
    whole = report.build(sample())
    return whole, withhold.public(whole)


def of(name, built):
    return {**built, "target": {**built["target"], "name": name}}


def test_what_is_withheld_is_neither_missing_nor_different():
    whole, public = forms()
    found = compare([of("甲", whole), of("乙", public)])
    rows = {row["id"]: row for row in found["rows"]}
    assert [cell["shown"] for cell in rows["CLAIM-02"]["cells"]] == ["违反", "未公开"]
    assert [cell["shown"] for cell in rows["月相-09"]["cells"]] == ["违反", "未公开"]
    assert {row["kind"] for row in rows.values()} == {"有的没有公开", "结论相同"}
    assert found["totals"] == {"结论不同": 0, "有的没有判": 0, "有的没有公开": 6, "结论相同": 2}
    assert {one["property"]: one["cells"][0] == one["cells"][1] for one in found["checks"]} == {
        "P6": True, "P7": True, "P8": True, "P10": True, "": True,
    }  # fmt: skip
    assert "不宜公开" in found["notes"][-1]
    assert "甲 9" in found["notes"][-1]


def test_two_whole_ones_still_differ_beside_a_public_one():
    whole, public = forms()
    other = sample()
    for one in other["scenarios"]:
        one["verdict"] = "通过" if one["id"] == "CLAIM-02" else one["verdict"]
    found = compare([of("甲", whole), of("乙", report.build(other)), of("丙", public)])
    rows = {row["id"]: row for row in found["rows"]}
    assert rows["CLAIM-02"]["kind"] == "结论不同"
    assert rows["KEY-01"]["kind"] == "有的没有公开"


def test_public_ones_compare_by_count_and_name_no_check(capsys):
    _, public = forms()
    other = sample()
    other["scenarios"][2]["verdict"] = "通过"
    found = compare([of("甲", public), of("乙", withhold.public(report.build(other)))])
    assert [row["id"] for row in found["rows"]] == ["HIST-01", "HIST-02"]
    assert found["totals"] == {"结论不同": 0, "有的没有判": 0, "结论相同": 2}
    by = {one["property"]: one["cells"] for one in found["checks"]}
    assert [cell["违反"] for cell in by["P6"]] == [1, 0]
    page = comparison.page(found)
    assert "安全检查的数目" in page
    assert not re.search("CLAIM|月", page)
    assert not any("不宜公开" in note for note in found["notes"])


def test_old_whole_reports_are_compared_by_the_list():
    whole, public = forms()
    bare = [{k: v for k, v in one.items() if k != "check"} for one in whole["scenarios"]]
    old = {**whole, "schema": report.OLD_SCHEMA, "scenarios": bare}
    old = {key: value for key, value in old.items() if key != "form"}
    found = compare([of("旧", old), of("新", public)])
    kinds = {row["id"]: row["kind"] for row in found["rows"]}
    assert kinds["KEY-01"] == "有的没有公开"
    assert kinds["HIST-01"] == "结论相同"


def test_the_command_prints_both_forms_of_one_run(folder, tmp_path, capsys):
    for extra in ([], ["--full"]):
        assert main([str(folder), *extra]) == 0
    paths = [str(folder / f"conformance{end}.json") for end in ("-full", "")]
    page = tmp_path / "c.html"
    assert cli(["compare", *paths, "--html", str(page), "--json", str(tmp_path / "c.json")]) == 0
    out = capsys.readouterr().out
    assert "有的没有公开的 6 条" in out
    assert "安全检查的数目" in out
    assert "有的没有公开的 6 条" in page.read_text("utf-8")
    assert cli(["compare", paths[0], paths[0]]) == 2


def test_the_published_reports_can_be_compared_with_our_own(capsys):
    published = sorted(map(str, Path(ROOT / "docs/conformance").glob("*.json")))
    assert len(published) == 4
    assert cli(["compare", *published]) == 0
    assert "安全检查的数目" in capsys.readouterr().out


def test_reports_of_others_are_published_in_the_public_form_only():
    others = 0
    for path in sorted((ROOT / "docs/conformance").glob("*.json")):
        data = json.loads(path.read_text("utf-8"))
        if data["target"]["kind"] == RESULTS["run"]["target"]["kind"]:
            continue
        others += 1
        assert (data["form"], bool(data["withheld"]["properties"])) == (withhold.PUBLIC, True)
        for text in (path.read_text("utf-8"), path.with_suffix(".md").read_text("utf-8")):
            assert hide(text) == text
    assert others == 3


def test_no_document_tells_how_a_check_is_got_round():
    """帧里的键名、编号与手法只在规格与套件里；文档说性质与数目。"""
    pages = [path for path in (ROOT / "docs").rglob("*.md") if path.parent.name != "decisions"]
    assert len(pages) > 6
    for path in pages:
        text = path.read_text("utf-8")
        assert not re.search("x-uuid|additional_config|message_dim", text), path
        if "reference" not in path.name and path.name != "mutation.md":
            assert not re.search(r"冒充|伪造|自称|顶着|照样放行|不鉴权", text), path


# ---- 从头到尾 --------------------------------------------------------------------


@pytest.mark.long
def test_a_real_run_leaves_the_operator_everything_and_publishes_counts(tmp_path):
    path = tmp_path / "live.toml"
    with deployment(tmp_path, "reply_follows_claimed_key") as text:
        path.write_text(text, "utf-8")
        options = ("--config", str(path), "--workers", "1", *only("KEY-04", "CLAIM-01", "HIST-01"))
        done = run_suite(tmp_path / "r", *options)
    assert done.code == 1, done.output
    assert "CLAIM-01" in (done.folder / "report.txt").read_text("utf-8")
    red = [one for one in done.results["scenarios"] if one["verdict"] == "违反"]
    assert {one["id"] for one in red} <= {"KEY-04", "CLAIM-01"}
    assert red
    claims = [bad["claim"] for one in red for bad in one["violations"]]
    for name in ("conformance.md", "conformance.json"):
        told = (done.folder / name).read_text("utf-8")
        assert "HIST-01" in told
        assert not re.search(r"KEY-|CLAIM-|冒充|自称|顶着", told)
        assert not any(claim in told for claim in claims)
    assert main([str(done.folder), "--full"]) == 0
    full = (done.folder / "conformance-full.md").read_text("utf-8")
    assert all(claim.splitlines()[0] in full for claim in claims)
