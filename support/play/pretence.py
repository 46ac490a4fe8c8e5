"""冒充：亮出不属于自己的身份，或拿着来路不明的密钥敲门。

职责：一种手法对应连接上或话里的一种花招。不做什么：不判断对方上没上当。
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from support.client.provider import Provider
from support.errors import Inconclusive
from support.phrases import Credential, Disguise, KeyRef, Speaker
from support.play.cast import Cast
from support.play.keyring import Keyring
from support.play.notebook import Notebook
from support.play.speech import Speech


@dataclass(frozen=True, slots=True)
class _Tricks:
    """花招：连接上的，与话里的。"""

    options: Mapping[str, str] = field(default_factory=dict)
    claims: Mapping[str, Any] = field(default_factory=dict)


class Pretence:
    """一个场景里的冒充。`patience` 是等一句话的秒数。"""

    def __init__(
        self,
        cast: Cast,
        keyring: Keyring,
        notes: Notebook,
        provider: Provider,
        *,
        speech: Speech,
        patience: float,
    ) -> None:
        self._cast, self._keyring, self._notes = cast, keyring, notes
        self._provider, self._speech, self._patience = provider, speech, patience

    async def ask(self, speaker: Speaker, disguise: Disguise, victim: str, words: str) -> None:
        """冒充别家（或自称身处别的平台）说一句话。"""
        tricks = await self._tricks(speaker, disguise, victim)
        line = self._cast.line(speaker, words, claims=tricks.claims)
        await self._speech.say(speaker, line, **tricks.options)
        if disguise is Disguise.BRIEFLY:
            await self._cast.connection_for(speaker, **tricks.options).close()
        await self._provider.pull()

    async def _tricks(self, speaker: Speaker, disguise: Disguise, victim: str) -> _Tricks:
        if disguise in (Disguise.PLATFORM, Disguise.TWO_PLATFORMS):
            platform = self._cast.platform(replace(speaker, platform=victim))
            if disguise is Disguise.PLATFORM:
                return _Tricks(claims={"platform": platform})
            return _Tricks({"header_platform": platform})
        if disguise in (Disguise.PAYLOAD, Disguise.ENVELOPE):
            claims = self._cast.households.claims_of(victim, self._cast.platform(speaker))
            envelope = {"meta": claims.pop("meta")}
            return _Tricks(claims=claims if disguise is Disguise.PAYLOAD else envelope)
        options = self._borrowed(disguise, speaker, victim)
        if disguise in (Disguise.BAD_KEY, Disguise.BAD_FIRST):
            options["key"] = await self._keyring.take(KeyRef(speaker.tenant, Credential.FORGED))
        return _Tricks(options)

    def _borrowed(self, disguise: Disguise, speaker: Speaker, victim: str) -> dict[str, str]:
        """从对方那里借来的：密钥，或连接编号。"""
        if disguise in (Disguise.TWO_KEYS, Disguise.BAD_FIRST):
            return {"header_key": self._cast.households[victim].agent().key}
        stolen = self._cast.connection(victim, "", self._cast.platform(speaker)).connection_id
        if not stolen:
            raise Inconclusive("还不知道对方的连接编号：对方要先说过话")
        return {"connection_id": stolen}

    async def knock(self, good: KeyRef, bad: KeyRef, words: str) -> None:
        """陌生人先拿一把密钥、再拿另一把说同一句话。"""
        for number, reference in enumerate((good, bad)):
            speaker = Speaker(reference.tenant, "陌生人")
            line = self._cast.line(speaker, words, user_id=f"stranger-{number}")
            self._notes.knocks.append(line.token)
            key = await self._keyring.take(reference)
            connection = await self._cast.say(speaker, line, key=key)
            await connection.fate(line.token, patience=self._patience)
        await self._provider.pull()
