"""规格 lint：在跑之前指出规格里写坏的地方。

职责：守住中文 Gherkin 的写法（house style）与句式的一一对应；全是纯函数，文字进、意见出。
不做什么：不跑规格，不改文件。`python -m support lint [路径]` 走 :func:`main`。
"""

from support.lint.command import main
from support.lint.features import lint_features
from support.lint.finding import Finding
from support.lint.vocabulary import lint_steps

__all__ = ["Finding", "lint_features", "lint_steps", "main"]
