"""内置参考服务：照约定做对了的那一种，本事齐全。"""

from __future__ import annotations

from support.config import CAPABILITIES
from support.targets.profile import Profile

PROFILE = Profile(
    title="内置参考服务",
    transport="native",
    registry="control",
    script="plain",
    capabilities=tuple(CAPABILITIES.values()),
    reply_s=8.0,
)
