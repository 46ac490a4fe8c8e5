"""内嵌服务要多久才就绪，与只引入 aiohttp 的空进程成对地比。

用法：``python bench/ready.py [--times 7]``
观察站与参考服务先后起（后者要前者的地址），所以参照也是先后起两个空进程。
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from bench.run import versions
from support.config import DEFAULT_CONFIG, load_config
from support.targets.embedded import running


def bare() -> float:
    """两个先后起的空进程，各引入 aiohttp 的服务端就结束。"""
    began = time.monotonic()
    for _ in range(2):
        subprocess.run([sys.executable, "-c", "import aiohttp.web"], check=True)
    return time.monotonic() - began


def ready() -> float:
    """从一无所有到两台服务都就绪。"""
    config = load_config(DEFAULT_CONFIG)
    with tempfile.TemporaryDirectory() as folder, running(config, Path(folder)) as endpoints:
        return endpoints.startup_s


def main() -> None:
    """打印一行。"""
    parser = argparse.ArgumentParser(description="内嵌服务就绪的秒数", allow_abbrev=False)
    parser.add_argument("--times", type=int, default=7)
    times = parser.parse_args().times
    pairs = [(bare(), ready()) for _ in range(times)]
    ours = [one for _, one in pairs]
    ratios = [one / base for base, one in pairs]
    print(
        f"就绪 {statistics.median(ours):.2f} 秒（{min(ours):.2f}–{max(ours):.2f}），"
        f"是两个空进程的 {statistics.median(ratios):.2f} 倍"
        f"（{min(ratios):.2f}–{max(ratios):.2f}）"
    )
    print("；".join(f"{name} {value}" for name, value in versions().items()))


if __name__ == "__main__":
    main()
