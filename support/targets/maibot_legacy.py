"""主线版 MaiBot 的旧版端口：没有密钥，一个平台一条连接（wire-contract §4）。"""

from __future__ import annotations

from support.targets.profile import Profile

PROFILE = Profile(
    title="主线版麦麦（旧版端口）",
    transport="legacy",
    registry="pool",
    script="maibot",
    capabilities=("提示词可见", "按住模型"),
    reply_s=20.0,
)
