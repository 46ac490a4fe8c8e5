"""回声服务：照消息面的约定，每问先确认、再回复，此外什么也不做。

自成一个进程：标准输出先报端口；标准输入每来一行，就报一次至今用的 CPU 秒；
标准输入一断（起它的人没了）它就结束。
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import resource
import socket
import sys
import threading
import time
from collections.abc import Callable

import picows

from bench import frames

_TOKEN = re.compile(rb"zx[0-9a-z]{12}")
_TEXT = picows.WSMsgType.TEXT


class Echo(picows.WSListener):
    """一条连接。"""

    ack, reply = frames.ack(), frames.reply()

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        """一问：确认与回复分两帧发。对方的确认不理。"""
        if frame.msg_type == picows.WSMsgType.CLOSE:
            transport.send_close(picows.WSCloseCode.OK)
            transport.disconnect()
            return
        found = _TOKEN.search(frame.get_payload_as_bytes())
        if found:
            token = found[0]
            transport.send(_TEXT, self.ack % token)
            transport.send(_TEXT, self.reply % token)


async def serve(announce: Callable[[int], None]) -> None:
    """一直开着。"""
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    server = await picows.ws_create_server(
        lambda request: Echo(), sock=listener, read_buffer_init_size=4096
    )
    announce(listener.getsockname()[1])
    await server.serve_forever()


def _answer() -> None:
    for _ in sys.stdin:
        print(json.dumps({"cpu": time.process_time()}), flush=True)
    os._exit(0)


def main() -> None:
    """照参数绑核，开起来。"""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard) if soft < hard else (soft, hard))
    if len(sys.argv) > 1 and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {int(sys.argv[1])})
    threading.Thread(target=_answer, daemon=True).start()
    try:
        import uvloop

        uvloop.install()
    except ImportError:
        pass
    asyncio.run(serve(lambda port: print(json.dumps({"port": port}), flush=True)))


if __name__ == "__main__":
    main()
