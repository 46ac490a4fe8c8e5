"""主线版 MaiBot 的旧版端口：一个平台一条连接（wire-contract §4）。"""

from __future__ import annotations

from support.targets.profile import Profile

PROFILE = Profile(
    title="主线版麦麦（旧版端口）",
    transport="legacy",
    registry="pool",
    script="maibot",
    # 全部调用共用一把模型密钥，按不住单独一家，所以没有“按住模型”。
    capabilities=("提示词可见", "逐句回复"),
    reply_s=20.0,
    fresh_ids=True,
    most_workers=1,
)
