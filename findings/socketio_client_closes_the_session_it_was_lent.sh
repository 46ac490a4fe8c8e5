#!/usr/bin/env bash
# 以为：AsyncClient(http_session=…) 用的是借来的 aiohttp 会话；disconnect() 不关它，它就归出借的人关。
# 其实：disconnect() 确实不关，但客户端对象被回收时若事件循环正停着，会把借来的会话一并关掉；循环转着时回收则不关。
# 版本：python-socketio 5.18.1（python-engineio 4.15.1）
# 来源：跑出来的；相近的老问题：https://github.com/miguelgrinberg/python-engineio/issues/226
# 谁会遇到：几个连接合用一个会话、又用 run_until_complete 一步步推着走的程序，例如 behave 的步骤之间；别的连接跟着发不出请求。
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
import gc

import aiohttp
import socketio
from aiohttp import web

loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)


async def serve():
    server = socketio.AsyncServer(async_mode="aiohttp")
    app = web.Application()
    server.attach(app)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner


async def use(url, session):
    client = socketio.AsyncClient(http_session=session, handle_sigint=False)
    await client.connect(url, transports=["websocket"])
    await client.disconnect()
    return client


async def use_and_forget(url, session):
    client = await use(url, session)
    del client
    gc.collect()


async def new_session():
    return aiohttp.ClientSession()


def state(session):
    return "关了" if session.closed else "开着"


def run(work):
    return loop.run_until_complete(asyncio.wait_for(work, 60))


runner = run(serve())
url = "http://127.0.0.1:%d" % runner.addresses[0][1]
session = run(new_session())
run(use_and_forget(url, session))
print("循环转着时回收客户端：会话", state(session))
client = run(use(url, session))
print("断开以后：会话", state(session))
del client
gc.collect()
print("循环停着时回收客户端：会话", state(session))
run(session.close())
run(runner.cleanup())
loop.close()
PY

cat > seen.txt <<'SEEN'
循环转着时回收客户端：会话 开着
断开以后：会话 开着
循环停着时回收客户端：会话 关了
SEEN

if venv/bin/python try.py > now.txt && diff -u seen.txt now.txt; then
    echo "如所记：被回收的客户端关掉了借来的会话。"
else
    echo "变了：上面带 - 的是记下的，带 + 的是现在的。"
    exit 1
fi
