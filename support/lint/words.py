"""规格用词的几张封闭清单：关键字、标签、能力、禁词、否定说法。

职责：清单只在这里改（哪些规格是检查，在 support/disclosure.py）。不做什么：不含判断。
"""

from __future__ import annotations

import re

from support.disclosure import TAG

LANGUAGE = "# language: zh-CN"

KEYWORDS = ("功能", "规则", "背景", "场景", "场景大纲", "例子")
STEP_WORDS = ("假如", "当", "那么", "而且", "但是")
FOREIGN_KEYWORDS = {
    "示例": "例子",
    "剧本": "场景",
    "剧本大纲": "场景大纲",
    "场景模板": "场景大纲",
    "场景概要": "场景大纲",
    "Feature": "功能",
    "Rule": "规则",
    "Background": "背景",
    "Example": "场景",
    "Scenario": "场景",
    "Scenario Outline": "场景大纲",
    "Scenario Template": "场景大纲",
    "Examples": "例子",
}
FOREIGN_STEP_WORDS = {
    "假设": "假如",
    "假定": "假如",
    "如果": "假如",
    "前提": "假如",
    "并且": "而且",
    "同时": "而且",
    "Given": "假如",
    "When": "当",
    "Then": "那么",
    "And": "而且",
    "But": "但是",
    "*": "假如、当或那么",
}

SPEC_ID = re.compile(r"[A-Z]+-\d{2,3}")
LEVELS = frozenset({"核心", "扩展"})
TAGS = LEVELS | frozenset(
    {"隔离", "韧性", "生命周期", "性能", "并发", "大模型", "对话", "慢", "在建", TAG}
)
CAPABILITY = "需."
CAPABILITIES = frozenset(
    {
        "重启", "禁用密钥", "密钥期限", "提示词可见",
        "按住模型", "长期记忆", "停用租户", "管理面",
        "人物资料", "学到的说法", "图片描述", "引用",
        "管理面鉴权", "用量查询",
        "模型限时", "限额",
        "多智能体", "人设", "自家模型密钥", "发密钥",
        "逐句回复", "兜底答复", "即改即用", "按密钥送达",
        "编号空白", "平台看连接",
    }
)  # fmt: skip

# 技术词在哪里都不写，引号里也不写；其余禁词只管叙述，不管用户说的话。
TECHNICAL = re.compile(
    r"(?<![A-Za-z])(?:JSON|HTTPS?|WebSocket|API)(?![A-Za-z])|(?<![A-Za-z])(?:POST|GET)(?![A-Za-z])"
    r"|接口|状态码|字段",
    re.IGNORECASE,
)
NARRATION = re.compile(r"点击|输入框?|应该|应当|等待|正确地|我们?")
QUOTED = re.compile(r"“[^”]*”")

NEGATIVE = re.compile(
    r"不记得|没有|没收到|[收看查找听得]不到|想不起|拒绝|拒之门外|不再|不能|不会|无法|未能|毫无"
)
# 只有检查才用的说法：写了就要带记号，不论编号在不在清单上。
CHECKING = re.compile(
    r"冒充|自称|伪造|抄错|附上一把密钥|管理员密钥|编号都从1数起|改挂到|认到自己名下"
)
# “先放行、后拒绝”“只记得”这类句子自己就带着正面的一半。
SELF_CONTROLLED = re.compile(r"放行|办成|只|恰好|仍[^不没]|照常|依旧")
