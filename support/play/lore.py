"""见闻：自我介绍、托付许多事、图片，以及智能体自己的设置。

职责：把这些句子变成要说的话与要办的事；话由 speech 说出口。不做什么：不判断。
同一张图片在各家逐字节相同：各家都得请自己的大模型来看。
"""

from __future__ import annotations

import base64
import hashlib
import struct
import zlib
from collections.abc import Sequence
from dataclasses import replace

from support.client.provider import Provider
from support.model import Scope
from support.phrases import Lesson, Speaker
from support.play.cast import Cast
from support.play.notebook import Notebook
from support.play.speech import Speech

_LESSONS = {
    Lesson.CHORE: "请记住：第{}件杂事",
    Lesson.SAYING: "我们管第{}件事叫走流程",
    Lesson.LIKING: "我喜欢第{}种点心",
}


class Lore:
    """一个场景里的见闻。"""

    def __init__(self, cast: Cast, provider: Provider, notes: Notebook, speech: Speech) -> None:
        self._cast, self._provider, self._notes, self._speech = cast, provider, notes, speech
        self._rules: list[str] = []

    async def introduce(self, speaker: Speaker, words: str) -> None:
        """说自己的事：群里说的，他在哪里开口麦麦都可以知道；私下说的只在那个私聊。"""
        scope = Scope.AGENT if speaker.group else Scope.CHAT
        await self._speech.must_reply(speaker, self._cast.line(speaker, words, scope=scope))

    async def teach_many(self, speaker: Speaker, count: int, lesson: Lesson) -> None:
        """请麦麦记住许多件事、教它许多种说法，或说自己的许多样喜好。"""
        shared = lesson is not Lesson.SAYING and speaker.group
        scope = Scope.AGENT if shared else Scope.CHAT
        for number in range(1, count + 1):
            words = _LESSONS[lesson].format(number)
            await self._speech.must_reply(speaker, self._cast.line(speaker, words, scope=scope))

    async def narrow(self, tenants: Sequence[str]) -> None:
        """几家的每个智能体作答时都不带聊天历史，只带正在答的这一句。"""
        for name in tenants:
            household = self._cast.households[name]
            for agent in household.agents.values():
                await self._cast.households.configure(household, agent, "chat", max_context_size=1)

    async def choose_model(self, tenant: str, agent: str, model: str, temperature: float) -> None:
        """给一个智能体配上自己的模型与温度。"""
        household = self._cast.households[tenant]
        await self._cast.households.configure(
            household,
            household.agent(agent),
            "model",
            model_name=model,
            temperature=temperature,
        )

    async def set_model(self, tenant: str, model: str) -> None:
        """把（第一个）智能体的模型换成 `model`，别的配置照旧。"""
        household = self._cast.households[tenant]
        await self._cast.households.configure(
            household, household.agent(), "model", model_name=model
        )

    async def set_persona(self, tenant: str, words: str) -> None:
        """把（第一个）智能体的人设改成 `words`。"""
        households = self._cast.households
        household = households[tenant]
        agent = household.agent()
        token = households.plant(agent.owner, Scope.AGENT, words)
        config = households.agent_config(words, token, agent.provider_key, agent.overrides)
        path, body = f"/agents/{agent.agent_id}", {"config": config}
        await households.administer(household, "PUT", path, body)
        agent.persona, agent.persona_token = words, token
        self._notes.note_persona(words, token)

    async def see(self, tenant: str, agent_name: str, picture: str, words: str) -> None:
        """定下一个智能体的大模型看这张图片时说什么；描述里带着口令。"""
        agent = self._cast.households[tenant].agent(agent_name)
        token = self._cast.households.plant(agent.owner, Scope.AGENT, words)
        self._notes.note_told(words, token)
        rule = await self._provider.script(
            "say", key=agent.provider_key, contains=draw(picture), say=f"{words}（{token}）"
        )
        self._rules.append(rule)

    async def show(self, speakers: Sequence[Speaker], picture: str) -> None:
        """各位同时发来同一张图片。"""
        segment = {"type": "image", "data": draw(picture)}
        lines = [(who, self._cast.line(who, "看看这张图")) for who in speakers]
        await self._speech.together(
            [(who, replace(line, segments=(segment,))) for who, line in lines]
        )

    async def reconnect(self, tenants: Sequence[str]) -> None:
        """几家的连接断开；下次开口时重新连上。"""
        for tenant in tenants:
            await self._cast.disconnect(tenant)

    async def close(self) -> None:
        """撤掉看图的剧本。"""
        while self._rules:
            await self._provider.release(self._rules.pop(), patience=0.0)


def draw(name: str) -> str:
    """画一张名叫 `name` 的图片（1×1 的 PNG）；同名的逐字节相同。返回 base64。"""
    color = hashlib.sha256(name.encode()).digest()[:3]
    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\x00" + color)), (b"IEND", b""))
    body = b"".join(_chunk(kind, data) for kind, data in chunks)
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + body).decode()


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + checksum
