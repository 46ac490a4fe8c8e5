"""World：一个场景的舞台，步骤能看到的唯一对象。

职责：装好各部件，开通租户、造成变故、起落大模型与服务，让配置里的场景开聊。
各部件各管一摊，句式照着叫：说话 speech、冒充 pretence、意外 mishaps、见闻 lore、编号 idents、
管理台 desk、限额 allowance、两张裁判席 judge 与 bench。不做什么：自己不下结论，自己不懂协议。
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from support.client.provider import Provider
from support.config import Config, ScenarioConfig
from support.ledger import Ledger
from support.model import Verdict
from support.phrases import Change, Crowd, ModelFault, Restart
from support.play.allowance import Allowance
from support.play.bench import Bench
from support.play.cast import Cast
from support.play.changes import Changes
from support.play.desk import Desk
from support.play.faults import Faults
from support.play.idents import Idents
from support.play.judge import Judge
from support.play.keyring import Keyring
from support.play.lore import Lore
from support.play.mishaps import Mishaps
from support.play.notebook import Notebook
from support.play.pretence import Pretence
from support.play.speech import Speech
from support.play.talk import Pace, Talk


@dataclass(frozen=True, slots=True)
class Settings:
    """World 的旋钮，由 Stage 从配置与命令行定下。`pace` 是人的停顿的倍数。"""

    config: Config
    seed: int
    pace: float
    concurrent_users: int
    run_prefix: str
    worker: str
    operator_key: str | None = field(repr=False)
    notice: Callable[[str], None]
    progress: Callable[[str], None]


class World:
    """一个场景。`explain` 把裁决写成给人看的违反说明，`skip` 以某个缘由跳过本场景。"""

    def __init__(
        self,
        settings: Settings,
        *,
        cast: Cast,
        faults: Faults,
        ledger: Ledger,
        provider: Provider,
        explain: Callable[[Verdict], str],
        skip: Callable[[str], None],
    ) -> None:
        self._settings, self._faults, self._provider = settings, faults, provider
        self.cast, self.households = cast, cast.households
        self._skip, self._notes = skip, Notebook()
        self._patience = patience = settings.config.timeouts.reply
        notes, households = self._notes, self.households
        self._changes = Changes(households, patience=patience)
        keyring = Keyring(households)
        self.idents = Idents(cast)
        abilities = settings.config.target.capabilities
        self.speech = Speech(
            cast,
            faults,
            notes,
            ledger,
            provider,
            patience=patience,
            can_hold="按住模型" in abilities,
        )
        self.pretence = Pretence(
            cast, keyring, notes, provider, speech=self.speech, patience=patience
        )
        self.mishaps = Mishaps(
            cast, faults, notes, ledger, provider, changes=self._changes, patience=patience
        )
        self.lore = Lore(cast, provider, notes, self.speech)
        self.desk = Desk(households, keyring)
        self.allowance = Allowance(households)
        self.judge = Judge(
            notes,
            ledger,
            households,
            settle=self.settle,
            platform=cast.platform,
            explain=explain,
            sees_prompts="提示词可见" in abilities,
            can_hold="按住模型" in abilities,
        )
        self.bench = Bench(self.desk, self.judge, households, self.allowance)

    # ---- 开通与变故 ----------------------------------------------------------------

    async def open_tenants(self, names: Sequence[str]) -> None:
        """开通租户，各有一个智能体。"""
        await self.households.open_all(names)

    async def add_agent(self, tenant: str, name: str) -> None:
        """给租户添一个智能体。"""
        await self.households.add_agent(self.households[tenant], name, "说话简短、公事公办")

    async def change(self, tenant: str, change: Change) -> None:
        """租户、智能体或密钥的变故，由管理员办成。"""
        await self._changes.make(tenant, change)
        if change in (Change.TENANT_REOPENED, Change.AGENT_REOPENED):
            await self.cast.disconnect()
        elif change in (Change.TENANT_RESUMED, Change.AGENT_RESUMED):
            # 停用时服务关掉旧连接的那一声可能还在路上：恢复之后重新连上再说。
            await self.cast.disconnect(tenant)

    async def fault(self, tenant: str, fault: ModelFault) -> None:
        """让某家租户的大模型被按住、松开或出错；别家不受影响。"""
        await self._faults.model(self.households[tenant].agent(), fault)
        await self._provider.pull()

    async def restart(self, restart: Restart) -> None:
        """停下服务再启动；各连接随之断开，再说话时重新连上。"""
        await self.households.let_service_finish()
        await self._faults.restart(restart)
        await self.cast.disconnect()

    # ---- 配置里的场景 ----------------------------------------------------------------

    async def play_scene(self, name: str) -> None:
        """把配置里的一个场景从头聊到尾；配置里没有它就跳过。"""
        if name not in [scene.name for scene in self._settings.config.scenarios]:
            self._skip(f"配置里没有场景“{name}”")
            return
        scene = self._settings.config.scenario(name)
        self._notes.note_topics(scene.conversation_topics)
        await self._play([scene], users=1)

    async def play_all(self, crowd: Crowd) -> None:
        """配置里的全部场景同时开聊，每个场景一位或多位用户。"""
        users = 1 if crowd is Crowd.ONE else self._settings.concurrent_users
        await self._play(self._settings.config.scenarios, users=users)

    async def _play(self, scenes: Sequence[ScenarioConfig], *, users: int) -> None:
        talk = Talk(
            self.cast,
            self._settings.config,
            Pace(self._settings.seed, self._settings.pace, users),
            notice=self._settings.notice,
            progress=self._settings.progress,
            spoken=self._notes.note_asked,
        )
        await talk.play(scenes)
        await self._provider.pull()

    # ---- 收场 ------------------------------------------------------------------

    async def settle(self) -> None:
        """用哨兵话等到此前的回复都到齐。"""
        await self.cast.settle(patience=self._patience, disturbed=self._faults.disturbed)
        await self._provider.pull()

    async def pull(self) -> None:
        """取回模型端点看到的最新提示词。"""
        await self._provider.pull()

    async def close(self) -> None:
        """撤剧本、取回最后的提示词、断开、删除；前一步出错也做完后面的。"""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.households.remove_all)
            stack.push_async_callback(self.cast.disconnect)
            stack.push_async_callback(self._provider.pull)
            stack.push_async_callback(self._faults.close)
            stack.push_async_callback(self.lore.close)
