"""压测报告测试用的小样：一份压测的结果。"""

from __future__ import annotations

CUTS = ("p50", "p90", "p95", "p99", "p99.9", "max")


def group(sent: int, latency: float | None, **counts: int) -> dict:
    zero = dict.fromkeys(
        ("lost", "refused", "duplicated", "foreign", "late", "out_of_order", "errors"), 0
    )
    cuts = {cut: latency * (1 + at) for at, cut in enumerate(CUTS)} if latency else None
    return {
        "sent": sent, "acked": sent, "replied": sent, **zero, **counts,
        "latency": cuts, "samples": sent if latency else 0,
    }  # fmt: skip


def curve(slowest: float) -> list[list[float]]:
    return [[share, slowest * share / 100] for share in (0, 50, 90, 99, 99.9, 99.99, 100)]


def results(**changed) -> dict:
    tenants = {"科技公司": 60, "教育机构": 40}
    rows = {name: group(sent, sent / 1000) for name, sent in tenants.items()}
    return {
        "schema": "maibot-tenancy-spec/load/1",
        "run": {
            "id": "1", "seed": 7, "started": "2026-01-01T00:00:00+08:00", "suite_version": "0",
            "command": "python -m support load", "loop": "asyncio", "transport": "原生 WebSocket",
            "duration_s": 5.5, "interrupted": False, "aborted": "", "valid": True,
            "invalid_reasons": [], "leftovers": [],
            "target": {
                "kind": "内置参考服务", "name": "参考", "version": "1",
                "control_url": "", "server_url": "ws://127.0.0.1:1",
            },
        },
        "profile": {"title": "平日", "warmup": 1.0, "described": "平日：每秒 20 句"},
        "verdict": "通过",
        "totals": group(100, 0.05),
        "replies_per_s": 20.0,
        "tenants": [{"tenant": name, **row} for name, row in rows.items()],
        "scenarios": [{"name": "技术讨论群", **rows["科技公司"]}],
        "platforms": [{"name": "qq", **rows["科技公司"]}],
        "curves": {name: curve(0.3) for name in ("全部", *tenants)},
        "seconds": [
            {"second": n, "sent": 20, "replied": 18 + n, "p50": 0.01, "p99": 0.02 * n}
            for n in range(5)
        ],
        "thresholds": [{"text": "p99 < 2 s", "verdict": "通过", "actual": "200.0 毫秒"}],
        "scan": {"scanned": 200, "unplaced": 0},
        "findings": [],
        "notes": [],
        **changed,
    }  # fmt: skip
