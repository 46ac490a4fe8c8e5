"""Stage：一个 behave 进程里所有场景共用的东西，以及每个场景的开幕与落幕。

职责：装配（事件循环、会话、台账、观察站、内嵌服务），为每个场景造一个 World，落幕时审计、
收场并写下场景记录。不做什么：不懂句子（steps）、不下结论（oracles）、不渲染（reports）。
"""

from __future__ import annotations

import asyncio
import secrets
import signal
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

import aiohttp

from support.canary import Mint
from support.client.control import ControlPlane
from support.client.lasting import watch
from support.client.pool import KeyPool
from support.client.provider import Provider
from support.errors import Inconclusive, SuiteError, TargetUnreachable, Unsupported
from support.ledger import Ledger
from support.model import Canary, Event, Kind, ScenarioRecord, Verdict
from support.oracles import leaks
from support.play.attribution import Attribution
from support.play.cast import Cast
from support.play.faults import Faults
from support.play.households import Households, Office, sweep
from support.play.probe import listen
from support.play.recovery import calm_down, was_stirred
from support.play.services import Service, Services
from support.play.world import Settings, World
from support.records import Scene, conclude, dump_record, setup_seconds
from support.targets.aim import knock, pool_keys
from support.targets.embedded import Endpoints
from support.targets.profile import profile_of

T = TypeVar("T")
Explain = Callable[[Verdict, Scene, Sequence[Event], Mapping[str, Canary]], str]


@dataclass(frozen=True, slots=True)
class Reporting:
    """怎样把裁决写成话、场景跑完告诉谁。"""

    explain: Explain
    finished: Callable[[ScenarioRecord], None]


#: 半途的任务收尾最多等几秒。
_ENDING_S = 10.0
#: 一句回复都没听到过、却已有这么多句没有回复：目标不答话，其余场景不必再等。
_MUTE_AFTER = 5


class Stage:
    """一个进程一个。`folder` 是本进程写台账与场景记录的目录。"""

    def __init__(
        self, settings: Settings, reporting: Reporting, endpoints: Endpoints, folder: Path
    ) -> None:
        config = settings.config
        self.config, self.endpoints, self.folder = config, endpoints, folder
        self._settings, self._reporting = settings, reporting
        self.ledger = Ledger(folder / "ledger.jsonl")
        if config.llm.api_key:
            self.ledger.redactor.learn(config.llm.api_key)
        self.interrupted = self._hurried = False
        self._in_step = False
        self._lost_in, self._answered = "", False
        self._stirred = False
        self._mint = Mint(secrets.token_hex(16))
        self._owners = Attribution(self.ledger)
        self._count = 0
        self._world: World | None = None
        #: 模型没有指到观察站时的说明；还没试过是 None。
        self._deaf: str | None = None
        #: 这个场景何时开幕；没有开幕就跳过的是 None。
        self._began: float | None = None
        self._mark = 0
        self.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)
        self._lasting = watch(self.loop)
        self._session = self.run(self._open_session())
        self._provider = Provider(
            self._session,
            endpoints.observer_url,
            endpoints.token,
            self.ledger,
            timeout=config.timeouts.control,
            attribute=self._owners.place,
        )
        self._profile = profile_of(config.target)
        self._pool = self._key_pool()
        self._shared = Service(endpoints, settings.operator_key)
        self._services = Services(config, self._shared, folder, self.ledger.redactor)
        self._control = self._control_plane(self._shared)

    @staticmethod
    async def _open_session() -> aiohttp.ClientSession:
        return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), trust_env=False)

    def _control_plane(self, service: Service) -> ControlPlane | KeyPool:
        if self._pool is not None:
            return self._pool
        return ControlPlane(
            self._session,
            service.endpoints.control_url,
            self.ledger,
            timeout=self.config.timeouts.control,
            operator_key=service.operator_key,
        )

    def _key_pool(self) -> KeyPool | None:
        """没有管理面的部署：放行的密钥从环境变量来。"""
        if self._profile.registry != "pool":
            return None
        return KeyPool(pool_keys(self.config), self.ledger)

    @property
    def canaries(self) -> Mapping[str, Canary]:
        """至今登记过的口令。"""
        return self._owners.canaries

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """在本进程唯一的事件循环里做完一件事（钩子是同步的，步骤是异步的，循环只有这一个）。"""
        return self.loop.run_until_complete(work)

    # ---- 开幕 ------------------------------------------------------------------

    def reason_to_skip(self, tags: Iterable[str]) -> str:
        """这个场景不必演的缘由：运行被打断，或标签要求的能力目标没有；该演则为空。"""
        if self.interrupted:
            return "运行被打断"
        needs = (tag.partition(".")[2] for tag in tags if tag.startswith("需."))
        missing = next((n for n in needs if n not in self.config.target.capabilities), "")
        return f"目标没有能力“{missing}”" if missing else ""

    def enter(self, scene: Scene, skip: Callable[[str], None]) -> World:
        """为一个场景造 World。目标从不答话时不再往下等。"""
        self._count += 1
        uid = f"{scene.id}#{self._settings.worker}.{self._count}"
        self.ledger.scenario = uid
        self._world = None
        self._refuse_deaf_observer(uid)
        self._mark, self._began = self.ledger.mark(), time.monotonic()
        self.ledger.add(Kind.BEGAN, id=scene.id, name=scene.name, location=scene.location)
        if self._deaf:
            raise Inconclusive(self._deaf)
        self._refuse_lost_target()
        self._refuse_mute_target()
        self._await_recovery()
        service = self._services.choose(scene.tags, uid)
        cast = self._cast(service, uid)
        timeouts = self.config.timeouts
        faults = Faults(
            self._provider,
            self.ledger,
            patience=timeouts.reply,
            start_timeout=timeouts.start,
            private=service.own,
        )
        self._world = World(
            self._settings,
            cast=cast,
            faults=faults,
            ledger=self.ledger,
            provider=self._provider,
            explain=lambda verdict: self._explain_verdict(verdict, scene),
            skip=skip,
        )
        return self._world

    def _explain_verdict(self, verdict: Verdict, scene: Scene) -> str:
        self._owners.learn()
        return self._reporting.explain(verdict, scene, self.scenario_events(), self.canaries)

    def _refuse_deaf_observer(self, uid: str) -> None:
        """真实部署第一次登台前试一次音；确定模型没有指到观察站，后面的都不必等。"""
        if self._deaf is not None:
            return
        self._deaf = ""
        target = self.config.target
        if target.kind == "embedded" or "提示词可见" not in target.capabilities:
            return
        self.step_begins()
        try:
            found = self.run(
                listen(
                    self._cast(self._shared, f"{uid}-probe"),
                    self._provider,
                    model_url=self.endpoints.model_url,
                    patience=self.config.timeouts.reply,
                )
            )
        except SuiteError as error:
            # 连不上之类，照常由场景自己说。
            self._settings.notice(f"试音没有成：{error}")
            return
        finally:
            self.step_ends()
        if found is not None:
            self._settings.notice(found.told)
            self._deaf = found.told if found.is_certain else ""

    def _await_recovery(self) -> None:
        """上一场有人捣乱，就等真实部署缓过来；内嵌的服务不欠话。"""
        stirred, self._stirred = self._stirred, False
        target = self.config.target
        if not stirred or target.kind == "embedded" or "提示词可见" not in target.capabilities:
            return
        self.step_begins()
        try:
            self.run(calm_down(self._provider, patience=self.config.timeouts.reply))
        except Inconclusive:
            self._stirred = True
            raise
        finally:
            self.step_ends()

    def _cast(self, service: Service, uid: str) -> Cast:
        is_shared = service is self._shared
        office = Office(
            control=self._control if is_shared else self._control_plane(service),
            ledger=self.ledger,
            mint=self._mint,
            config=self.config,
            model_url=service.endpoints.model_url,
            run_prefix=self._settings.run_prefix,
            agents_by_key=self._owners.agents,
            profile=self._profile,
        )
        return Cast(
            Households(office, uid),
            session=self._session,
            message_url=service.endpoints.message_url,
            ledger=self.ledger,
            config=self.config,
            salt=f"{secrets.token_hex(3)}-" if self._profile.fresh_ids else "",
        )

    def _refuse_lost_target(self) -> None:
        """上个场景里目标连不上了：敲得开门才继续，否则一句话带过。"""
        if not self._lost_in:
            return
        try:
            for url in filter(None, (self.endpoints.control_url, self.endpoints.message_url)):
                knock(url, self.config.timeouts.connect)
        except TargetUnreachable:
            raise TargetUnreachable(f"目标从 {self._lost_in} 起一直连不上") from None
        self._lost_in = ""

    def _refuse_mute_target(self) -> None:
        """一句回复都没听到过的目标不必等到底。"""
        if self._answered:
            return
        kinds = [event.kind for event in self.ledger.events]
        said, self._answered = kinds.count(Kind.SAID), Kind.HEARD in kinds
        if said >= _MUTE_AFTER and not self._answered:
            raise Inconclusive(f"目标从未回过一句话（已说 {said} 句），不再往下等")

    def step_begins(self) -> None:
        """此后按 Ctrl-C 立即打断这一步。"""
        if self.interrupted:
            raise KeyboardInterrupt
        self._in_step = True

    def step_ends(self) -> None:
        """此后按 Ctrl-C 先记下，等钩子做完收场再停。"""
        self._in_step = False

    def handle_interrupts(self) -> None:
        """Ctrl-C：步骤里立即打断，钩子里记下；第二次总是立即打断。"""

        def on_signal(number: int, frame: FrameType | None) -> None:
            self._hurried, self.interrupted = self.interrupted, True
            if self._in_step or self._hurried:
                raise KeyboardInterrupt

        signal.signal(signal.SIGINT, on_signal)

    # ---- 落幕 ------------------------------------------------------------------

    def leave(self, scene: Scene, errors: Sequence[BaseException], skipped: str) -> ScenarioRecord:
        """审计、收场、写下场景记录。`errors` 是步骤抛出的异常，`skipped` 是跳过的缘由。"""
        world, self._world = self._world, None
        audit = None
        self._cancel_unfinished()
        if world is not None:
            errors, audit = self._audit(world, errors)
        skipped = skipped or next((str(e) for e in errors if isinstance(e, Unsupported)), "")
        ended = time.monotonic()
        if self._began is None:
            # 没有开幕就跳过：没有花时间，也没有自己的台账。
            self._mark, self._began = self.ledger.mark(), ended
        if world is not None:
            if world.cast.stragglers:
                self._settings.notice("有上一场迟到的回复，没有算在后面的场景里")
            self.run(world.close())
        self._services.give_back()
        events = self.ledger.since(self._mark)
        self._stirred = self._stirred or was_stirred(events)
        record = conclude(
            scene,
            errors=errors,
            verdicts=(*(world.judge.verdicts if world else ()), *((audit,) if audit else ())),
            skipped=skipped,
            duration_s=ended - self._began,
            setup_s=setup_seconds(events),
            teardown_s=time.monotonic() - ended,
            events=len(events),
            known=self.config.known_for(scene.id, scene.name),
        )
        self._began = None
        if record.unreachable and not self._lost_in:
            self._lost_in = scene.id
        self.ledger.add(Kind.ENDED, verdict=record.verdict.value, reason=record.reason)
        self._write(record)
        return record

    def _cancel_unfinished(self) -> None:
        """被 Ctrl-C 打断的步骤还挂在循环里；不取消它，收场时它会接着说话。"""
        tasks = [task for task in asyncio.all_tasks(self.loop) if task not in self._lasting]
        end(tasks, self.loop, hurried=lambda: self._hurried)

    def _audit(
        self, world: World, errors: Sequence[BaseException]
    ) -> tuple[Sequence[BaseException], Verdict]:
        """先让各连接上的回复到齐，再扫一遍本场景全部看得见的内容。"""
        try:
            if not errors and not self.interrupted:
                self.run(world.settle())
            else:
                self.run(world.pull())
        except SuiteError as error:
            errors = (*errors, error)
        self._owners.learn()
        return errors, leaks.check(self.ledger.since(self._mark), self.canaries)

    def _write(self, record: ScenarioRecord) -> None:
        with (self.folder / "scenarios.jsonl").open("a", encoding="utf-8") as file:
            file.write(dump_record(record) + "\n")
        self._reporting.finished(record)

    def scenario_events(self) -> list[Event]:
        """刚落幕的场景的台账，供报告附证据。"""
        return self.ledger.since(self._mark)

    def close(self) -> None:
        """散场：扫掉半途中建出来的租户，关会话，关台账。"""
        if self._provider.unplaced:
            told = "、".join(
                f"{name or '没写模型名'} {n} 次" for name, n in self._provider.unplaced.items()
            )
            self._settings.notice(f"有些模型请求剧本认不出，照记、答以空结果：{told}")
        try:
            if self.interrupted:
                self.run(sweep(self._control, self.ledger, self._settings.run_prefix))
        except SuiteError as error:
            self.ledger.add(Kind.LEFTOVER, resource="tenants", id="未知", reason=str(error))
        finally:
            self._services.close()
            self.run(self._session.close())
            self.ledger.close()
            self.loop.close()


def end(
    tasks: Sequence[asyncio.Task[Any]],
    loop: asyncio.AbstractEventLoop,
    *,
    hurried: Callable[[], bool],
) -> None:
    """取消这些任务，等到都收了尾；取消不了的不耽误收场。

    `hurried` 是不是又按了一次 Ctrl-C，那就不等。
    Ctrl-C 要是落在一个任务里，等着它的每一层都会把它再抛出循环一遍：在这里收完，
    否则抛在收场的半路，租户没有删、场景没有记。
    """
    for task in tasks:
        task.cancel()
    until = loop.time() + _ENDING_S
    while (unfinished := [task for task in tasks if not task.done()]) and loop.time() < until:
        try:
            loop.run_until_complete(asyncio.wait(unfinished, timeout=until - loop.time()))
        except KeyboardInterrupt:
            if hurried():
                raise
