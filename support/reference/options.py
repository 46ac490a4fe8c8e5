"""启动选项与启动失败。

职责：把命令行给的值收成一个冻结的数据类。不做什么：不读环境变量、不碰磁盘。
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


class StartupError(Exception):
    """服务起不来；消息是一行中文：哪个文件或端口、怎么办。"""


@dataclass(frozen=True, slots=True)
class Options:
    """一个参考服务的全部设置；端口 0 表示由系统挑一个空闲的，`operator_key` 为 None 是不鉴权。"""

    data: Path
    model_url: str
    host: str = "127.0.0.1"
    control_port: int = 0
    message_port: int = 0
    #: 消息面说哪一种：native 原生 WebSocket，socketio。
    transport: str = "native"
    model_key: str = field(default="none", repr=False)
    model_timeout: float = 20.0
    operator_key: str | None = field(default=None, repr=False)
