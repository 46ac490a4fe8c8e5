"""改写一个刚初始化的 MaiBot 实例的配置。由实例自己环境里的 Python 执行，不引用套件。

标准输入是一个 JSON 对象：``{文件名: {"set": {"甲.乙": 值}, "replace": {"节": 值}}}``。
职责：照单改写，保留其余。不做什么：不决定改成什么（settings）。
写不进去的键说出名字就退出：上游改了配置的样子，猜着写只会得到一台不答话的实例。
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any


def main(folder: Path) -> int:
    """改写 `folder` 下的配置；有键对不上时退出码 3。"""
    # 只有实例的环境里才有它，套件的环境里没有。
    toml: Any = importlib.import_module("tomlkit")
    unknown = []
    for name, wanted in json.load(sys.stdin).items():
        path = folder / name
        document = toml.parse(path.read_text(encoding="utf-8"))
        unknown += [f"{name}: {key}" for key in _set_all(document, wanted["set"])]
        for section, value in wanted.get("replace", {}).items():
            document[section] = value
        path.write_text(toml.dumps(document), encoding="utf-8")
    if unknown:
        print("、".join(unknown), file=sys.stderr)
    return 3 if unknown else 0


def _set_all(document: Any, values: dict[str, Any]) -> list[str]:
    unknown = []
    for key, value in values.items():
        *sections, last = key.split(".")
        table = document
        for section in sections:
            table = table.get(section, {})
        if last in table:
            table[last] = value
        else:
            unknown.append(key)
    return unknown


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
