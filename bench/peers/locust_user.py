"""Locust：一位 WebSocket 用户（websocket-client），说完一句就说下一句。"""

from locust import User, constant, task  # isort: skip  先于一切：它要给标准库打补丁
from locust.env import Environment  # isort: skip

import json
import time

import gevent
import websocket

from bench import frames
from bench.peers.tally import Tally
from support.canary import Numbering

_TOKEN = Numbering(0).token(0, 0)


class Talker(User):
    """一条连接。"""

    wait_time = constant(0)
    url, ready = "", 0
    tally = Tally()

    def on_start(self) -> None:
        """连上。"""
        self.socket = websocket.create_connection(self.url)
        self.frame = frames.request("u1", _TOKEN)
        type(self).ready += 1

    @task
    def talk(self) -> None:
        """一问，等到回复，记一笔——Locust 的用户就是这样写的。"""
        began = time.perf_counter()
        self.socket.send(json.dumps(self.frame, ensure_ascii=False))
        while True:
            raw = self.socket.recv()
            if json.loads(raw)["type"] != "sys_ack":
                break
        self.environment.events.request.fire(
            request_type="WS", name="说", response_length=len(raw), exception=None, context={},
            response_time=(time.perf_counter() - began) * 1000,
        )  # fmt: skip
        self.tally.messages += 1


def run(url: str, connections: int, seconds: float) -> Tally:
    """在本进程里跑 Locust。"""
    Talker.url = url
    environment = Environment(user_classes=[Talker])
    runner = environment.create_local_runner()
    runner.start(connections, spawn_rate=min(connections, 200))
    while Talker.ready < connections:
        gevent.sleep(0.05)
    Talker.tally.start()
    gevent.sleep(seconds)
    Talker.tally.stop()
    return Talker.tally
