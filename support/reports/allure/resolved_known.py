"""消失的已知违反：场景结束时它只是一个“通过”，全部跑完才知道名单不再属实。

职责：把这些场景的 Allure 结果改成红的，写明从配置里删掉哪一条。不做什么：不判断谁消失了。
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from allure_commons.model2 import Status

from support.known import State
from support.reports.allure.identity import shown_title


def mark(results_dir: Path, results: Mapping[str, Any]) -> None:
    """改写结果目录里的文件；重出报告时再改一遍也一样。"""
    titles = {
        shown_title(known["id"], name): known["said"]
        for known in results.get("known", ())
        if known["state"] == State.VANISHED.value
        for name in known["scenarios"]
    }
    if not titles:
        return
    for path in results_dir.glob("*-result.json"):
        result = json.loads(path.read_text(encoding="utf-8"))
        if result["name"] in titles:
            result["status"] = Status.FAILED
            result["statusDetails"] = {"message": titles[result["name"]]}
            path.write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")
