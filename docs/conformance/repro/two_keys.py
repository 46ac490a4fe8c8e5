"""两把密钥之间隔没隔开：只用 aiohttp，与规约套件无关。

用法：python two_keys.py ws://127.0.0.1:端口/ws 密钥甲 密钥乙
部署的大模型要会复述它看见的话（例：python -m support observe --script maibot 起的观察站）。
"""

import asyncio
import sys
import time

import aiohttp


def frame(key: str, number: str, user: str, text: str) -> dict:
    """一句私聊的话。"""
    who = {"platform": "qq", "user_id": user, "user_nickname": user}
    info = {"platform": "qq", "message_id": number, "time": time.time()}
    meta = {"sender_user": key, "platform": "qq", "timestamp": time.time()}
    payload = {
        "message_info": {**info, "sender_info": {"user_info": who}},
        "message_segment": {"type": "text", "data": text},
        "message_dim": {"api_key": key, "platform": "qq"},
    }
    return {"ver": 1, "msg_id": number, "type": "sys_std", "meta": meta, "payload": payload}


async def heard(socket: aiohttp.ClientWebSocketResponse, seconds: float = 5.0) -> list[str]:
    """这段时间里收到的业务消息的正文（确认不算）。"""
    found, until = [], time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        try:
            message = await socket.receive(timeout=left)
        except asyncio.TimeoutError:
            break
        if message.type is not aiohttp.WSMsgType.TEXT:
            return [*found, "（连接被关闭）"]
        if (got := message.json())["type"] == "sys_std":
            found.append(str(got["payload"]["message_segment"]["data"]))
    return found


async def main(url: str, first: str, second: str) -> None:
    """三问：回复送到谁手里、历史归谁、编号相同会不会丢话。"""
    mark, same, other = "zx8av4drpnqazy", "zxaphma9vezt2h", "zx8rrb9vm9ft6s"
    run = str(time.time())
    async with aiohttp.ClientSession() as session:
        door = [{"x-apikey": key, "x-platform": "qq"} for key in (first, second)]
        one = await session.ws_connect(url, headers=door[0])
        two = await session.ws_connect(url, headers=door[1])
        await one.send_json(frame(first, f"{run}-1", f"u{run}", f"上线暗号青铜（{mark}）"))
        mine, others = await asyncio.gather(heard(one), heard(two))
        print("甲说了一句；甲收到", mine, "；乙什么也没说，收到", others)
        await two.send_json(frame(second, f"{run}-2", f"u{run}", "暗号是什么"))
        _, asked = await asyncio.gather(heard(one), heard(two))
        print("乙的同号用户来问；答复里有甲说过的话：", any(mark in text for text in asked))
        await one.send_json(frame(first, f"{run}-3", f"a{run}", "甲的话"))
        await asyncio.gather(heard(one), heard(two))
        await two.send_json(frame(second, f"{run}-3", f"b{run}", f"编号与甲的相同（{same}）"))
        _, got = await asyncio.gather(heard(one), heard(two))
        print("乙用了甲用过的信封编号；得到答复：", any(same in text for text in got))
        await two.send_json(frame(second, f"{run}-4", f"b{run}", f"换一个编号（{other}）"))
        _, got = await asyncio.gather(heard(one), heard(two))
        print("乙换一个编号再说；得到答复：", any(other in text for text in got))
        await one.close()
        await two.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
