"""读数：一段时间里说成几句、用了多少 CPU。"""

from __future__ import annotations

import resource
import time
from dataclasses import dataclass, field

#: 客户端在标准输出上报的两个时刻：开说、收齐。
STARTED, STOPPED = "started", "stopped"


def cpu() -> float:
    """本进程至今的 CPU 秒（用户态加内核态，含所有线程）。"""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@dataclass
class Tally:
    """一次读数；全部连上之后 :meth:`start`，说完 :meth:`stop`。"""

    messages: int = 0
    cpu_s: float = 0.0
    wall_s: float = 0.0
    _began: tuple[float, float] = field(default=(0.0, 0.0))

    def start(self) -> None:
        """从此刻算起；也告诉起它的人，好在同一刻读服务的 CPU。"""
        print(STARTED, flush=True)
        self.messages = 0
        self._began = (cpu(), time.monotonic())

    def stop(self) -> None:
        """到此为止。"""
        self.cpu_s = cpu() - self._began[0]
        self.wall_s = time.monotonic() - self._began[1]
        print(STOPPED, flush=True)
