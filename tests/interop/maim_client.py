"""用 maim-message 自己的客户端说几句话；在装着那个版本的环境里运行，不引用本项目。

用法：python maim_client.py 地址 密钥 平台 群号或- 话…
每件事打印一行 JSON：连没连上、每句话的回复（没有则为 null）。
此后从标准输入读一行说一句。
"""

import asyncio
import json
import logging
import sys
import time

from maim_message.client import APIMessageBase, WebSocketClient, create_client_config

logging.disable(logging.CRITICAL)
PATIENCE = 5.0


def tell(**facts):
    print(json.dumps(facts, ensure_ascii=False), flush=True)


def message(key, platform, group, number, text):
    user = {"platform": platform, "user_id": "u1", "user_nickname": "小雨"}
    sender = {"user_info": user}
    if group != "-":
        sender["group_info"] = {"platform": platform, "group_id": group, "group_name": "读书会"}
    return APIMessageBase.from_dict(
        {
            "message_info": {
                "platform": platform,
                "message_id": f"m{number}",
                "time": time.time(),
                "sender_info": sender,
            },
            "message_segment": {"type": "text", "data": text},
            "message_dim": {"api_key": key, "platform": platform},
        }
    )


async def main(url, key, platform, group, *texts):
    heard = asyncio.Queue()

    async def on_message(reply, metadata):
        await heard.put(reply.to_dict())

    client = WebSocketClient(
        create_client_config(url, key, platform=platform, on_message=on_message)
    )
    await client.start()
    tell(connected=bool(await client.connect()))

    async def ask(number, text):
        await client.send_message(message(key, platform, group, number, text))
        try:
            reply = await asyncio.wait_for(heard.get(), PATIENCE)
        except asyncio.TimeoutError:
            reply = None
        tell(reply=reply and reply["message_segment"])

    for number, text in enumerate(texts):
        await ask(number, text)
    loop = asyncio.get_running_loop()
    while text := await loop.run_in_executor(None, sys.stdin.readline):
        await ask("again", text.strip())
    await client.stop()


asyncio.run(main(*sys.argv[1:]))
