"""跑一家一次：``python -m bench.client 名字 地址 连接数 秒数 核``，打印一行 JSON 读数。"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys


def main() -> None:
    """绑核、放宽打开文件数、跑、报数。"""
    module, url, connections, seconds, core = sys.argv[1:6]
    if core != "-" and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {int(core)})
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    tally = importlib.import_module(f"bench.peers.{module}").run(
        url, int(connections), float(seconds)
    )
    row = {"messages": tally.messages, "cpu_s": tally.cpu_s, "wall_s": tally.wall_s}
    print(json.dumps(row), flush=True)
    os._exit(0)  # 有几家的线程不肯自己结束


if __name__ == "__main__":
    main()
