#!/usr/bin/env bash
# 以为：session.delete(…) 调一次，服务就收到一次；对方收下后断线，调用抛 ServerDisconnectedError。
# 其实：GET、PUT、DELETE 与 WebSocket 的握手会不声不响再发一遍，复用的、新开的、force_close 的连接都一样：
#       头一遍已经删成了，调用看见的却是第二遍的 404。只有 POST 之类只发一次、抛错。没有公开的开关。
# 版本：aiohttp 3.14.5
# 来源：跑出来的；https://github.com/aio-libs/aiohttp/issues/10790（没有开关）、https://github.com/aio-libs/aiohttp/pull/7363（由来）
# 谁会遇到：数服务收到几次请求、几次握手的；拿 DELETE 的应答判“删掉没有”的。被测服务一重启，账就对不上。
set -euo pipefail

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
export PYTHONUTF8=1
python3 -m venv venv || exit 2
venv/bin/python -m pip install -qq --disable-pip-version-check aiohttp==3.14.5 || exit 2

cat > try.py <<'PY'
import asyncio

import aiohttp


class Service:
    """头一次请求：办完就断线，不答；再来就答 404。"""

    def __init__(self):
        self.requests = 0

    async def serve(self, reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        self.requests += 1
        if self.requests > 1:
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
        writer.close()


async def outcome(action):
    try:
        async with action as answer:
            return answer.status
    except aiohttp.WSServerHandshakeError as error:
        return error.status
    except aiohttp.ServerDisconnectedError as error:
        return type(error).__name__


async def call(name, act):
    service = Service()
    server = await asyncio.start_server(service.serve, "127.0.0.1", 0)
    url = "http://127.0.0.1:%d/tenants/7" % server.sockets[0].getsockname()[1]
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        result = await outcome(act(session, url))
    server.close()
    print(f"{name}：服务收到 {service.requests} 次，调用得到 {result}")


async def main():
    await call("post", lambda session, url: session.post(url))
    await call("delete", lambda session, url: session.delete(url))
    await call("ws_connect", lambda session, url: session.ws_connect(url))


asyncio.run(asyncio.wait_for(main(), 60))
PY

cat > seen.txt <<'SEEN'
post：服务收到 1 次，调用得到 ServerDisconnectedError
delete：服务收到 2 次，调用得到 404
ws_connect：服务收到 2 次，调用得到 404
SEEN

if venv/bin/python try.py > now.txt && diff -u seen.txt now.txt; then
    echo "如所记：对方一断线，DELETE 与握手自己又发了一遍。"
else
    echo "变了：上面带 - 的是记下的，带 + 的是现在的。"
    exit 1
fi
