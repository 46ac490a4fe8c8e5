"""SaaS 版：MaimConfig 做管理面，MaiMBot 的 saas 分支做消息面（wire-contract §6）。"""

from __future__ import annotations

from support.targets.profile import Profile

PROFILE = Profile(
    title="SaaS 版麦麦",
    transport="native",
    registry="control",
    script="saas",
    capabilities=(
        "管理面",
        "密钥期限",
        "停用租户",
        "提示词可见",
        "按住模型",
        "多智能体",
        "人设",
        "发密钥",
    ),
    reply_s=30.0,
    # 场景之间要用全新的编号，才不会把旧账算到下一场。
    fresh_ids=True,
    persona_object=True,
    shared_model_key=True,
)
