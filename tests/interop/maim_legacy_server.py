"""maim-message 的旧版服务端，回声；在装着那个版本的环境里运行，不引用本项目。

用法：python maim_legacy_server.py 端口 放行的凭证…；端口开着就是就绪。
"""

import asyncio
import logging
import sys

from maim_message import MessageBase, MessageServer

logging.disable(logging.CRITICAL)


async def main(port: int, tokens: list[str]) -> None:
    server = MessageServer(host="127.0.0.1", port=port, enable_token=True)
    for token in tokens:
        server.add_valid_token(token)

    async def echo(said):
        said["message_segment"] = {"type": "text", "data": f"答：{said['message_segment']['data']}"}
        await server.send_message(MessageBase.from_dict(said))

    server.register_message_handler(echo)
    await server.run()


asyncio.run(main(int(sys.argv[1]), sys.argv[2:]))
