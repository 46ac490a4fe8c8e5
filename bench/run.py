"""基准：一句话要多少客户端 CPU，压测引擎与别家成对地比。

用法：``python bench/run.py [--quick] [--peers ours,…] [--connections 1,100] [--base ours]``
每一对先后跑“参照、某一家”，次序轮换，只看同一对里的比；参照缺省是 aiohttp 裸循环。
服务与客户端各占一个核、各是一个进程。
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from bench.peers.tally import STARTED, STOPPED

BASE = "raw"


@dataclass(frozen=True)
class Peer:
    """一家：在报告里的叫法、模块要的包、最多几条连接（再多它开不动或没有意义）。"""

    title: str
    needs: tuple[str, ...]
    most: int = 10_000


PEERS = {
    "raw": Peer("aiohttp 裸循环", ("aiohttp", "orjson")),
    "ours": Peer("本套件的引擎（全记账、边跑边审）", ("aiohttp", "numpy")),
    "ours_plain": Peer("本套件的引擎，不装 [fast]", ("aiohttp", "numpy")),
    "floor": Peer("picows，不记账（下限）", ("picows",)),
    "locust_user": Peer("Locust + websocket-client", ("locust", "websocket"), 1000),
    "maim": Peer("maim-message 的 WebSocketClient", ("maim_message",), 100),
}
PACKAGES = (
    "aiohttp", "picows", "aiofastnet", "uvloop", "orjson", "numpy", "locust", "gevent",
    "websocket-client", "maim-message",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """一家在一种连接数下的结果。比是“它 ÷ 同一对里的参照”，都是每句的客户端 CPU。"""

    peer: str
    connections: int
    pairs: int
    ratio: float
    ratio_low: float
    ratio_high: float
    micros: float
    per_second: float
    server_share: float
    base_micros: float


@dataclass(frozen=True)
class Arm:
    """一次读数：每句多少微秒 CPU、每秒几句、服务占它那个核的几成、客户端占几成。"""

    micros: float
    per_second: float
    server: float
    client: float


class Server:
    """回声服务，在自己的进程里。"""

    def __init__(self, core: int | None) -> None:
        arguments = [] if core is None else [str(core)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.server", *arguments],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.url = f"ws://127.0.0.1:{self._line()['port']}/ws"

    def _line(self) -> dict[str, float]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("回声服务没有起来；看看上面它自己的报错")
        found: dict[str, float] = json.loads(line)
        return found

    def cpu(self) -> float:
        """它至今用的 CPU 秒。"""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return self._line()["cpu"]

    def close(self) -> None:
        """断了它的标准输入，它就结束。"""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)


@contextlib.contextmanager
def serving(core: int | None) -> Iterator[Server]:
    """一个回声服务；离开时一定没了。"""
    server = Server(core)
    try:
        yield server
    finally:
        server.close()


def measure(server: Server, peer: str, connections: int, seconds: float, core: int | None) -> Arm:
    """跑一家一次。"""
    arguments = [peer, server.url, str(connections), str(seconds), "-" if core is None else core]
    client = subprocess.Popen(
        [sys.executable, "-m", "bench.client", *map(str, arguments)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with client:
        watchdog = threading.Timer(seconds * 5 + 120, client.kill)
        watchdog.start()
        try:
            return _reading(client, server)
        finally:
            watchdog.cancel()
            client.kill()


def _reading(client: subprocess.Popen[str], server: Server) -> Arm:
    """服务的 CPU 只算说话的那一段，开连接与断开的不算。"""
    assert client.stdout is not None
    used = 0.0
    for line in map(str.strip, client.stdout):
        if line == STARTED:
            used = -server.cpu()
        elif line == STOPPED:
            used += server.cpu()
        elif line.startswith("{"):
            found = json.loads(line)
            wall = found["wall_s"]
            return Arm(
                micros=found["cpu_s"] / max(1, found["messages"]) * 1e6,
                per_second=found["messages"] / wall,
                server=used / wall,
                client=found["cpu_s"] / wall,
            )
    assert client.stderr is not None
    raise RuntimeError((client.stderr.read().strip() or "没有说缘由").splitlines()[-1][:200])


def compare(
    server: Server,
    peer: str,
    connections: int,
    pairs: int,
    seconds: float,
    core: int | None,
    reference: str = BASE,
) -> Row:
    """成对地比；次序一对一对轮换，机器忙闲就不偏着谁。"""
    base: list[Arm] = []
    its: list[Arm] = []
    for number in range(pairs):
        order = [(reference, base), (peer, its)]
        for name, into in order if number % 2 else reversed(order):
            into.append(measure(server, name, connections, seconds, core))
    ratios = [one.micros / other.micros for one, other in zip(its, base, strict=True)]
    return Row(
        peer=peer,
        connections=connections,
        pairs=pairs,
        ratio=statistics.median(ratios),
        ratio_low=min(ratios),
        ratio_high=max(ratios),
        micros=statistics.median(arm.micros for arm in its),
        per_second=statistics.median(arm.per_second for arm in its),
        server_share=statistics.median(arm.server for arm in its),
        base_micros=statistics.median(arm.micros for arm in base),
    )


def missing(peer: str) -> str:
    """缺什么包；不缺为空。"""
    absent = [name for name in PEERS[peer].needs if importlib.util.find_spec(name) is None]
    return "、".join(absent)


def versions() -> dict[str, str]:
    """机器与各包的版本。"""
    found = {"python": platform.python_version(), "machine": platform.platform()}
    found["cores"] = str(os.cpu_count())
    found["load_average"] = " ".join(f"{one:.1f}" for one in os.getloadavg())
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "没有装"
    return found


def cores() -> tuple[int | None, int | None]:
    """服务与客户端各用哪个核；只有一个核或不能绑就不绑。"""
    if not hasattr(os, "sched_getaffinity"):
        return None, None
    usable = sorted(os.sched_getaffinity(0))
    return (usable[0], usable[1]) if len(usable) > 1 else (None, None)


def table(rows: Sequence[Row], reference: str = BASE) -> str:
    """给人看的表。"""
    base = PEERS[reference].title.removesuffix("（全记账、边跑边审）")
    lines = [
        f"| 客户端 | 连接 | ÷{base}（中位，范围） | 微秒/句 | 句/秒 | 服务占核 | 参照微秒/句 |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {PEERS[r.peer].title} | {r.connections} "
        f"| **{r.ratio:.2f}**（{r.ratio_low:.2f}–{r.ratio_high:.2f}） | {r.micros:.1f} "
        f"| {r.per_second:.0f} | {r.server_share:.0%} | {r.base_micros:.1f} |"
        for r in rows
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """跑完打印表，另存 JSON。"""
    parser = argparse.ArgumentParser(description="客户端每句 CPU 的成对基准", allow_abbrev=False)
    parser.add_argument("--quick", action="store_true", help="约一分钟：每家两对，100 条连接")
    parser.add_argument(
        "--peers", default="ours,ours_plain,floor,locust_user,maim", metavar="名字,…"
    )
    parser.add_argument("--connections", default="", metavar="数,…", help="缺省 1,100,1000")
    parser.add_argument("--pairs", type=int, default=0, metavar="对", help="缺省 5（quick 2）")
    parser.add_argument("--seconds", type=float, default=0, metavar="秒", help="每次跑多久")
    parser.add_argument("--base", default=BASE, metavar="名字", help="与哪一家比（缺省裸循环）")
    parser.add_argument("--output", type=Path, metavar="文件", help="JSON 存到哪里")
    options = parser.parse_args(arguments)
    sizes = [int(one) for one in (options.connections or _sizes(options.quick)).split(",")]
    pairs = options.pairs or (2 if options.quick else 5)
    seconds = options.seconds or (1.0 if options.quick else 3.0)
    wanted = options.peers.split(",")
    unknown = [name for name in (*wanted, options.base) if name not in PEERS]
    if unknown:
        parser.error(f"没有 {'、'.join(unknown)} 这一家；有：{'、'.join(PEERS)}")
    rows, skipped = _all(wanted, sizes, pairs, seconds, options.base)
    facts = versions()
    print(table(rows, options.base))
    for line in skipped:
        print(f"没有跑：{line}")
    print("；".join(f"{name} {value}" for name, value in facts.items()))
    if options.output:
        found = {"versions": facts, "base": options.base, "skipped": skipped}
        found["rows"] = [asdict(row) for row in rows]
        options.output.write_text(json.dumps(found, ensure_ascii=False, indent=1), "utf-8")
    return 0


def _sizes(quick: bool) -> str:
    return "100" if quick else "1,100,1000"


def _all(
    peers: Sequence[str], sizes: Sequence[int], pairs: int, seconds: float, reference: str
) -> tuple[list[Row], list[str]]:
    server_core, client_core = cores()
    rows: list[Row] = []
    skipped: list[str] = []
    with serving(server_core) as server:
        for size in sizes:
            for peer in peers:
                absent = missing(peer)
                if absent or size > PEERS[peer].most:
                    reason = f"没有装 {absent}" if absent else f"{size} 条连接它开不动"
                    skipped.append(f"{PEERS[peer].title}：{reason}")
                    continue
                print(f"· {PEERS[peer].title}，{size} 条连接，{pairs} 对", file=sys.stderr)
                try:
                    row = compare(server, peer, size, pairs, seconds, client_core, reference)
                    rows.append(row)
                except RuntimeError as error:
                    skipped.append(f"{PEERS[peer].title}，{size} 条连接：跑不成（{error}）")
    return rows, skipped


if __name__ == "__main__":
    sys.exit(main())
