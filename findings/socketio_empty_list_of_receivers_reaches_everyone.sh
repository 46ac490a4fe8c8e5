#!/usr/bin/env bash
# 以为：emit(…, to=收件人名单) 里名单是空的，就谁也收不到。
# 其实：空名单与没写 to 一样，在线的人人收到；名单里只有不存在的房间，才是谁也收不到。
# 版本：python-socketio 5.18.1
# 来源：跑出来的；JavaScript 版同样如此：https://github.com/socketio/socket.io/issues/4645
# 谁会遇到：先查“这家租户现在有谁在线”、再把回复发给查到的连接的服务；那家没人在线，就发给了所有租户。
set -euo pipefail

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
export PYTHONUTF8=1
python3 -m venv venv || exit 2
venv/bin/python -m pip install -qq --disable-pip-version-check \
    python-socketio==5.18.1 python-engineio==4.15.1 aiohttp==3.14.5 || exit 2

cat > try.py <<'PY'
import asyncio

import socketio
from aiohttp import web


async def main():
    server = socketio.AsyncServer(async_mode="aiohttp")
    app = web.Application()
    server.attach(app)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = "http://127.0.0.1:%d" % runner.addresses[0][1]

    clients, heard, done = [], [], asyncio.Queue()
    for name in ("公司", "学校"):
        client = socketio.AsyncClient()
        client.on("reply", lambda data, name=name: heard.append(name))
        client.on("end", done.put)
        await client.connect(url, transports=["websocket"])
        clients.append(client)

    for receivers in (["nobody"], []):
        await server.emit("reply", "回复", to=receivers)
        await server.emit("end", "到此为止")
        for _ in clients:
            await done.get()
        print(f"to={receivers}：{'、'.join(sorted(heard)) or '没有人'}收到")
        heard.clear()

    for client in clients:
        await client.disconnect()
    await runner.cleanup()


asyncio.run(asyncio.wait_for(main(), 60))
PY

cat > seen.txt <<'SEEN'
to=['nobody']：没有人收到
to=[]：公司、学校收到
SEEN

if venv/bin/python try.py > now.txt && diff -u seen.txt now.txt; then
    echo "如所记：空的收件人名单发给了所有人。"
else
    echo "变了：上面带 - 的是记下的，带 + 的是现在的。"
    exit 1
fi
