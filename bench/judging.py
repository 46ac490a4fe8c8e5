"""判一百万条流水要多久，是不是随条数成正比。

用法：``python bench/judging.py [--chats 1000]``
数据按真的压测的样子造：每句有“说、确认、答”，掺进丢的、重的、乱序的，数目事先定好并核对。
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from support.load import account
from support.load.journal import RECORD, Table, What

SIZES = (125_000, 250_000, 500_000, 1_000_000)
_TIMES = 5


def events(count: int, chats: int) -> tuple[Table, int, int]:
    """大约 `count` 条；另给出丢了几句、重了几句。"""
    lines = count // 3
    number = np.arange(lines)
    lost, twice = number % 97 == 5, number % 89 == 7
    twice &= ~lost
    said = _rows(What.SAID, number, chats, number * 1e-4)
    acked = _rows(What.ACKED, number, chats, number * 1e-4 + 0.001)
    delay = 0.01 + (number % 7) * 1e-3
    heard = _rows(What.HEARD, number[~lost], chats, (number * 1e-4 + delay)[~lost])
    again = _rows(What.HEARD, number[twice], chats, number[twice] * 1e-4 + 0.5)
    rows = np.concatenate([said, acked, heard, again])
    rows = rows[np.argsort(rows["at"], kind="stable")]
    return rows, int(lost.sum()), int(twice.sum())


def _rows(kind: What, number: Table, chats: int, at: Table) -> Table:
    rows = np.zeros(len(number), RECORD)
    rows["kind"], rows["line"], rows["voice"] = kind, number, number % chats
    rows["lane"], rows["at"], rows["due"] = number % chats % 1000, at, at
    return rows


def judged(rows: Table, chats: list[int]) -> account.Counts:
    """判卷的全部：逐句的下场、乱序、归拢成数目。"""
    lines = account.judge(rows, warm_until=0.0)
    disorder = account.out_of_order(lines, chats)
    return account.count(lines, disorder, 8.0)


def main() -> None:
    """打印一张表。"""
    parser = argparse.ArgumentParser(description="判卷的耗时", allow_abbrev=False)
    parser.add_argument("--chats", type=int, default=1000, help="几个聊天流")
    chats = parser.parse_args().chats
    print("| 流水 | 判完秒（中位，范围） | 每百万条秒 |\n|---|---|---|")
    for size in SIZES:
        rows, lost, twice = events(size, chats)
        spent = []
        for _ in range(_TIMES):
            began = time.process_time()
            counts = judged(rows, list(range(chats)))
            spent.append(time.process_time() - began)
            assert (counts.lost, counts.duplicated) == (lost, twice), "判出来的与造的不符"
        middle = statistics.median(spent)
        print(
            f"| {len(rows)} | {middle:.3f}（{min(spent):.3f}–{max(spent):.3f}） "
            f"| {middle / len(rows) * 1e6:.3f} |"
        )


if __name__ == "__main__":
    main()
