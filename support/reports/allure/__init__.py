"""Allure：场景跑着时写下结果，跑完后补上封面与附件，生成网页。

职责：Allure 自己的状态、标签、历史编号与附件。不做什么：不裁决、不写页的内容。
只有本包可以引用 allure。
"""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    """``behave -f support.reports.allure:SpecAllureFormatter`` 用到时才引入格式器。"""
    if name != "SpecAllureFormatter":
        raise AttributeError(name)
    from support.reports.allure.formatter import SpecAllureFormatter

    return SpecAllureFormatter
