"""报告测试用的小样：一个独立的 behave 项目，和一份 results.json。"""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

HISTORY = """\
# language: zh-CN
@隔离 @核心
功能: 聊天历史隔离
  一家租户的聊天历史只有自己查得到。

  规则: 麦麦只记得自己租户的人说过的话
    背景:
      假如 两家租户已开通：
        | 租户     | 智能体   |
        | 科技公司 | 技术助手 |
        | 教育机构 | 教育导师 |

    @HIST-01
    场景: 两家都有一位小王
      当 “科技公司”的“小王”说“新品发布会改到周三下午”
      而且 “教育机构”的“小王”说“期中考试提前一周”
      那么 各自收到自己的回复

    @HIST-02 @扩展
    场景: 机构的麦麦说漏了公司的话
      当 “科技公司”的“小雨”说“登录接口的超时改成五秒”
      而且 “教育机构”的麦麦说漏了这句话
      那么 各自收到自己的回复

    @HIST-03
    场景: 文段也照样报告
      假如 一段背景资料：
        \"\"\"
        第一行
        第二行
        \"\"\"

  规则: 断线之后话不丢
    @FAULT-01
    场景大纲: <故障> 之后仍收到回复
      假如 遇到<故障>
      例子: 网络
        | 故障   |
        | 断线   |
        | 抖动   |
      例子: 模型
        | 故障   |
        | 无响应 |

  @需.长连接 @LIFE-09
  规则: 没有的能力说明为何跳过
    @CAP-01
    场景: 这个目标没有长连接
      假如 遇到断线
"""

RESILIENCE = """\
# language: zh-CN
@韧性
功能: 故障时不串门
  @BAD-01
  场景: 明白写着的违反
    假如 遇到断线
    那么 只收到一条回复

  @BAD-02
  场景: 证据不足
    那么 无法判定

  @BAD-03
  场景: 步骤自己坏了
    那么 步骤抛出意外

  @BAD-04
  场景: 没有人写过的句子
    那么 天上掉下一句没人写过的话

  @BAD-05 @坏.前处理
  场景: 前处理坏了
    假如 遇到断线

  @BAD-06 @坏.收尾
  场景: 收尾坏了
    假如 遇到断线

  @BAD-07 @坏.后处理
  场景: 后处理坏了
    假如 遇到断线

  @SAME-01
  场景: 同名
    假如 遇到断线

  @SAME-02
  场景: 同名
    假如 遇到断线
"""

BROKEN = """\
# language: zh-CN
@坏.功能
功能: 前处理就坏了
  场景: 没能跑
    假如 遇到断线
  规则: 里面的也没能跑
    场景: 同名
      假如 遇到断线
"""

STEPS = """\
from behave import given, step, then, when
from support.errors import Inconclusive, Violation
from support.model import Kind, Outcome, Surface, Verdict
from support.reports.wording import evidence_lines, reproduce_command, violation_text

@step("两家租户已开通：")
def opened(context):
    assert context.table.headings == ["租户", "智能体"]

@step("“{tenant}”的“{user}”说“{words}”")
def says(context, tenant, user, words):
    context.stage.talk(tenant, user, words)

@step("“{tenant}”的麦麦说漏了这句话")
def leaks(context, tenant):
    context.stage.leak(tenant)

@step("各自收到自己的回复")
def replied(context):
    pass

@step("一段背景资料：")
def material(context):
    assert context.text.splitlines() == ["第一行", "第二行"]

@step("遇到{fault:w}")
def fault(context, fault):
    context.stage.ledger.add(Kind.FAULT, what=fault)

@step("只收到一条回复")
def violated(context):
    context.stage.talk("科技公司", "小雨", "周报发我一份")
    events = context.stage.ledger.events
    verdict = Verdict(
        Outcome.VIOLATED, "“科技公司”的“小雨”收到两条回复", 2, (events[-1].seq,),
        expected="恰好 1 条回复", actual="2 条回复",
    )
    context.stage.verdicts.append(verdict)
    raise Violation(violation_text(
        verdict, spec="BAD-01 明白写着的违反", evidence=evidence_lines(verdict, events),
        reproduce=reproduce_command("features/故障.feature:4", seed="7"),
    ))

@step("无法判定")
def undecided(context):
    raise Inconclusive("哨兵话没有回复，不能断定此前的回复都已到齐")

@step("步骤抛出意外")
def surprise(context):
    raise RuntimeError("意外")
"""

ENVIRONMENT = """\
from support.canary import Mint
from support.errors import Violation
from support.ledger import Ledger
from support.model import Kind, Outcome, Owner, ScenarioRecord, Scope, Surface, Verdict
from support.oracles import leaks
from support.reports.allure.evidence import attach_evidence

class Stage:
    def __init__(self, mint, name):
        self.ledger, self.mint, self.verdicts = Ledger(), mint, []
        self.ledger.scenario = name
        self.last = None

    def talk(self, tenant, user, words):
        agent = {"科技公司": "技术助手"}.get(tenant, "教育导师")
        owner = Owner(f"S#1/{tenant}", agent, "qq", "private:u1001", user)
        token = self.mint.token()
        add = self.ledger.add
        add(Kind.PLANTED, by=owner, token=token, scope=Scope.CHAT.value, words=words)
        add(Kind.SAID, by=owner, token=token, text=f"{words}（{token}）", words=words,
            resend=False, source="模板")
        add(Kind.ACKED, by=owner, token=token)
        add(Kind.PROMPT, by=owner, token=token, surface=Surface.PROMPT, model="gpt-x",
            text=f"system: 你是{agent}，说话简短。\\nuser: {user}：{words}（{token}）")
        add(Kind.HEARD, by=owner, token=token, surface=Surface.REPLY,
            text=f"说到{token}，我记着呢。")
        self.last = (token, words)

    def leak(self, tenant):
        owner = Owner(f"S#1/{tenant}", "教育导师", "qq", "private:u1001", "小王")
        said, words = self.last
        self.talk(tenant, "小王", "今天有什么新鲜事")
        self.ledger.add(Kind.HEARD, by=owner, surface=Surface.REPLY,
                        text=f"刚听人说{words}（{said}），还有{said}。")

def before_all(context):
    context.mint = Mint("小样")

def before_feature(context, feature):
    if "坏.功能" in feature.tags:
        raise RuntimeError("功能的前处理坏了")

def before_scenario(context, scenario):
    if "坏.前处理" in scenario.tags:
        raise RuntimeError("连不上数据库")
    context.stage = Stage(context.mint, scenario.name)
    if "需.长连接" in scenario.effective_tags:
        scenario.skip("目标没有“长连接”能力")
    if "坏.收尾" in scenario.tags:
        context.add_cleanup(lambda: 1 / 0)

def after_scenario(context, scenario):
    if "坏.前处理" in scenario.tags:
        return
    stage = context.stage
    events = stage.ledger.events
    owners = leaks.manifest(events)
    audit = leaks.check(events, owners)
    verdict, reason = Outcome.HELD, ""
    if scenario.status.name == "skipped":
        verdict, reason = Outcome.SKIPPED, scenario.skip_reason or ""
    elif any(v.outcome is Outcome.VIOLATED for v in [audit, *stage.verdicts]):
        verdict = Outcome.VIOLATED
    elif scenario.status.has_failed():
        step = next(s for s in scenario.all_steps if s.status.has_failed())
        verdict, reason = Outcome.INCONCLUSIVE, str(step.exception or "没有这样的步骤")
    verdicts = (*stage.verdicts, *((audit,) if audit.examined else ()))
    scenario.record = ScenarioRecord(
        id=next((t for t in scenario.tags if t[-2:].isdigit()), ""),
        feature=scenario.feature.name, rule="", name=scenario.name, tags=tuple(scenario.tags),
        location=str(scenario.location), verdict=verdict, duration_s=scenario.duration,
        reason=reason, verdicts=verdicts, events=len(events),
    )
    attach_evidence(scenario.record, events, owners)
    if "坏.后处理" in scenario.tags:
        raise RuntimeError("记录写好之后才坏")
    if verdict is Outcome.VIOLATED:
        raise Violation("越界审计没有通过")
"""

CONFIG = """\
[tool.behave]
paths = ["features"]
lang = "zh-CN"
default_format = "plain"
capture = false
"""


def make_project(folder: Path) -> Path:
    """在 `folder` 里写出小样项目。"""
    files = {
        "pyproject.toml": CONFIG,
        "environment.py": ENVIRONMENT,
        "steps/words.py": STEPS,
        "features/isolation/历史.feature": HISTORY,
        "features/故障.feature": RESILIENCE,
        "features/又一个.feature": BROKEN,
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def behave(project: Path, results: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """跑小样，Allure 结果写进 `results`。"""
    formatter = ["-f", "support.reports.allure:SpecAllureFormatter", "-o", str(results)]
    return subprocess.run(
        [sys.executable, "-m", "behave", *formatter, *options],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )


def read_results(results: Path) -> list[dict[str, Any]]:
    """读回全部 Allure 结果。"""
    return [json.loads(path.read_text("utf-8")) for path in sorted(results.glob("*-result.json"))]


def scenario(identity: str, verdict: str, **more: Any) -> dict[str, Any]:
    """results.json 里的一个场景。"""
    return {
        "id": identity,
        "feature": "聊天历史隔离",
        "rule": "麦麦只记得自己租户的人说过的话",
        "name": "两家都有一位小王",
        "tags": ["隔离", identity],
        "location": "features/isolation/chat_history.feature:14",
        "verdict": verdict,
        "duration_s": 1.25,
        "setup_ms": 40.0,
        "teardown_ms": 20.0,
        "reason": "",
        "evidence": {"examined": 12, "events": 40},
        "violations": [],
        "reproduce": "python -m behave features/isolation/chat_history.feature:14 -D seed=7",
        **more,
    }


RESULTS: dict[str, Any] = {
    "schema": "maibot-tenancy-spec/results/1",
    "run": {
        "id": "2026-11-22T14-03-07",
        "seed": 7,
        "mode": "all",
        "started": "2026-11-22T14:03:07+08:00",
        "duration_s": 12.345,
        "suite_version": "0.1.0",
        "command": "python -m support --seed 7",
        "target": {
            "kind": "内置参考服务",
            "name": "maispec 参考服务",
            "version": "0.1.0",
            "control_url": "http://127.0.0.1:40001",
            "server_url": "ws://127.0.0.1:40002/ws",
        },
        "transport": "websocket",
        "capabilities": ["长期记忆", "密钥期限"],
        "planned": 5,
        "ran": 4,
        "workers": 2,
        "interrupted": False,
        "valid": False,
        "invalid_reasons": ["计划 5 个场景，只跑了 4 个"],
        "startup_s": 0.81,
        "setup_median_ms": 41.5,
        "teardown_median_ms": 19.0,
        "messages_per_s": 3.81,
    },
    "totals": {"通过": 1, "违反": 1, "无法判定": 1, "跳过": 1},
    "scenarios": [
        scenario("HIST-01", "通过"),
        scenario(
            "HIST-02",
            "违反",
            name="机构的麦麦说漏了公司的话",
            violations=[
                {
                    "claim": "越界：“教育机构”看到了“科技公司”的话",
                    "expected": "回复里没有“登录接口的超时改成五秒”",
                    "actual": "扫描 5 处，1 处越界",
                    "evidence": ["#0011 14:03:09.624 教育机构/小王 收到“刚听人说……”"],
                }
            ],
        ),
        scenario("FAULT-01", "无法判定", feature="故障时不串门", rule="", reason="哨兵话没有回复"),
        scenario("CAP-01", "跳过", feature="故障时不串门", rule="", reason="目标没有“长连接”能力"),
    ],
    "tenants": [
        {
            "tenant": "科技公司",
            "sent": 31,
            "acked": 31,
            "replied": 29,
            "lost": 1,
            "refused": 1,
            "duplicated": 0,
            "foreign": 0,
            "late": 0,
            "errors": 0,
            "latency": {"p50": 0.0123, "p95": 0.0456, "p99": 0.0789, "max": 0.1},
        },
        {
            "tenant": "教育机构",
            "sent": 0,
            "acked": 0,
            "replied": 0,
            "lost": 0,
            "refused": 0,
            "duplicated": 0,
            "foreign": 1,
            "late": 0,
            "errors": 2,
            "latency": None,
        },
    ],
    "conversations": [
        {
            "scenario": "技术讨论群",
            "spec": "CONV-02",
            "tenant": "科技公司",
            "agent": "技术助手",
            "platform": "qq",
            "users": 3,
            "sent": 15,
            "received": 12,
            "success_rate": 0.8,
            "duration_s": 12.34,
            "sources": {"大模型": 0, "模板": 15},
        }
    ],
    "load": None,
    "findings": [
        {
            "property": "HIST-02",
            "owner": "科技公司/小雨",
            "observer": "教育机构/小王",
            "surface": "回复",
            "evidence": "#0011 14:03:09.624 教育机构/小王 收到“刚听人说……”",
            "scenario": "HIST-02 机构的麦麦说漏了公司的话",
        }
    ],
    "leftovers": [{"resource": "tenants", "id": "t-9", "reason": "服务不肯删除"}],
    "notes": ["没有模型密钥，对话用模板。"],
}


#: 有人写坏的编号、名字、缘由；进到网页里只能是字。
EVIL = """"><img src=x onerror=alert(1)><script>alert('坏')</script>&"""


def hostile(value: Any, *, keep: tuple[str, ...] = ()) -> Any:
    """把一份结果里的每段文字都写坏；`keep` 里的键说的是结论，原样留着。"""
    if isinstance(value, str):
        return f"{value}{EVIL}"
    if isinstance(value, list | tuple):
        return [hostile(one, keep=keep) for one in value]
    if isinstance(value, dict):
        return {key: one if key in keep else hostile(one, keep=keep) for key, one in value.items()}
    return value


class _Read(HTMLParser):
    """照浏览器的读法读一页：有哪些标签、属性与字。"""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attributes}

    def handle_data(self, data: str) -> None:
        self.text += data


def assert_harmless(page: str, *shown: str) -> None:
    """写坏的都成了字：没有多出标签与属性，而 `shown` 里的每一句都一字不差地读得到。"""
    read = _Read()
    read.feed(page)
    assert not read.tags & {"script", "img", "iframe", "link", "object"}, read.tags
    assert not [name for name in read.attributes if name.startswith("on")], read.attributes
    missing = [one for one in shown if f"{one}{EVIL}" not in read.text]
    assert missing == []


def results(**changes: Any) -> dict[str, Any]:
    """一份 results.json；`changes` 换掉顶层的键。"""
    return {**copy.deepcopy(RESULTS), **changes}
