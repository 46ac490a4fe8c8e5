"""主线版 MaiBot：没有租户，配置里每一把放行的密钥当作一家（wire-contract §6）。"""

from __future__ import annotations

from support.targets.profile import Profile

PROFILE = Profile(
    title="主线版麦麦",
    transport="native",
    registry="pool",
    script="maibot",
    # 全部调用共用一把模型密钥，按不住单独一家，所以没有“按住模型”。
    capabilities=("提示词可见", "逐句回复"),
    reply_s=20.0,
    fresh_ids=True,
    most_workers=1,
)
