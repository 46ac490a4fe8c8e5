"""真实对话：配置里的场景由一位或多位用户同时从头聊到尾。

职责：备台词、齐步开口、按人的节奏一句一答。不做什么：不判断聊得对不对。
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from support.client.stream import Fate
from support.config import Config, ScenarioConfig
from support.errors import Inconclusive
from support.generator import Utterance, compose
from support.phrases import Speaker
from support.play.cast import Cast

#: 连着这么多句没有回复就不再往下说：再说也只是等。
GIVE_UP_AFTER = 3


@dataclass(frozen=True, slots=True)
class Pace:
    """怎么聊：`seed` 定台词，`factor` 是人的停顿的倍数（0 为不停顿），`users` 是每场景人数。"""

    seed: int
    factor: float
    users: int


class Talk:
    """一组同时进行的对话。`spoken` 收集说出口的话（说话人, 口令），按开口次序。"""

    def __init__(
        self,
        cast: Cast,
        config: Config,
        pace: Pace,
        *,
        notice: Callable[[str], None],
        progress: Callable[[str], None],
        spoken: Callable[[Speaker, str], None],
    ) -> None:
        self._cast, self._config, self._pace = cast, config, pace
        self._notice, self._progress, self._spoken = notice, progress, spoken

    async def play(self, scenes: Sequence[ScenarioConfig]) -> None:
        """开通所需的租户，备好全部台词，然后一起开口。"""
        for name in dict.fromkeys(self._tenant_name(scene) for scene in scenes):
            if name not in self._cast.households:
                await self._cast.households.open(name)
        parts = [
            (scene, number, await self._script(scene, number))
            for scene in scenes
            for number in range(self._pace.users)
        ]
        await asyncio.gather(*(self._converse(*part) for part in parts))

    def _tenant_name(self, scene: ScenarioConfig) -> str:
        return self._config.tenant(scene.tenant_id).tenant_name

    async def _script(self, scene: ScenarioConfig, number: int) -> list[Utterance]:
        return await compose(
            scene,
            self._config.agent(scene.agent_id),
            self._config.platform(scene.platform),
            llm=self._config.llm,
            seed=self._pace.seed * 1000 + number,
            count=scene.message_count,
            notice=self._notice,
            tenant=self._config.tenant(scene.tenant_id),
        )

    async def _converse(
        self, scene: ScenarioConfig, number: int, script: Sequence[Utterance]
    ) -> None:
        speaker = Speaker(
            self._tenant_name(scene),
            f"用户{number + 1}",
            group=scene.name if scene.group_id else "",
            platform=scene.platform,
            agent=self._config.agent(scene.agent_id).agent_name,
        )
        dice = random.Random(f"{self._pace.seed}/{scene.name}/{number}")
        clock = asyncio.get_running_loop().time
        began, silent = clock(), 0
        for position, utterance in enumerate(script, 1):
            if clock() - began > self._config.settings.test_duration:
                raise Inconclusive(
                    f"“{scene.name}”超过 [settings].test_duration，只聊了 {position - 1} 句"
                )
            await asyncio.sleep(self._pace.factor * self._pause(dice))
            replied = await self._utter(scene, speaker, number, utterance)
            silent = 0 if replied else silent + 1
            self._progress(f"{scene.name} {speaker.user} {position}/{len(script)}")
            if silent == GIVE_UP_AFTER:
                self._notice(f"“{scene.name}”连着 {silent} 句没有回复，不再往下说")
                return

    def _pause(self, dice: random.Random) -> float:
        settings = self._config.settings
        return dice.uniform(settings.message_delay_min, settings.message_delay_max)

    async def _utter(
        self, scene: ScenarioConfig, speaker: Speaker, number: int, utterance: Utterance
    ) -> bool:
        line = self._cast.line(
            speaker,
            utterance.text,
            user_id=scene.user_id if number == 0 else f"{scene.user_id}-{number + 1}",
            group_id=scene.group_id or "",
            scene=scene.name,
            topic=utterance.topic,
            source=utterance.source.value,
        )
        connection = await self._cast.say(speaker, line)
        self._spoken(speaker, line.token)
        fate = await connection.fate(line.token, patience=self._config.timeouts.reply)
        return fate is Fate.REPLIED
