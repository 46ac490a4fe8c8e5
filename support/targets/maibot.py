"""主线版 MaiBot：没有租户，配置里每一把放行的密钥当作一家（wire-contract §6）。"""

from __future__ import annotations

from support.targets.profile import Profile

PROFILE = Profile(
    title="主线版麦麦",
    transport="native",
    registry="pool",
    script="maibot",
    capabilities=("提示词可见", "按住模型"),
    reply_s=20.0,
)
