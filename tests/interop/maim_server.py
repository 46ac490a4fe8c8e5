"""一台用 maim-message 自己的服务端搭的回声服务；在装着那个版本的环境里运行，不引用本项目。

用法：python maim_server.py 端口 放行的密钥…；就绪后打印一行 ready。
"""

import asyncio
import logging
import sys
import time

from maim_message.server import APIMessageBase, WebSocketServer, create_server_config

logging.disable(logging.CRITICAL)


async def main(port: int, keys: set[str]) -> None:
    async def on_auth(metadata):
        return metadata["api_key"] in keys

    async def extract_user(metadata):
        return metadata["api_key"]

    async def on_message(message, metadata):
        said = message.to_dict()
        info = said["message_info"]
        reply = {
            "message_info": {
                "platform": info["platform"],
                "message_id": f"send_api_{int(time.time() * 1000)}",
                "time": time.time(),
                "receiver_info": info["sender_info"],
            },
            "message_segment": {"type": "text", "data": f"答：{said['message_segment']['data']}"},
            "message_dim": said["message_dim"],
        }
        await server.send_message(APIMessageBase.from_dict(reply))

    server = WebSocketServer(
        create_server_config(
            host="127.0.0.1",
            port=port,
            path="/ws",
            on_auth=on_auth,
            on_auth_extract_user=extract_user,
            on_message=on_message,
        )
    )
    await server.start()
    # 它没有留住监听的任务：不替它留着，垃圾回收之后端口就没了。
    kept = asyncio.all_tasks()
    print("ready", len(kept), flush=True)
    await asyncio.Event().wait()


asyncio.run(main(int(sys.argv[1]), set(sys.argv[2:])))
