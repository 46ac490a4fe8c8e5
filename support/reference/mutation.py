"""变异：让参考服务在一处犯一个真实的错，用来证明规格抓得住它。

职责：一个变异体长什么样、怎样换掉一个决定、怎样留下“真的走到了错处”的痕迹。
不做什么：不含任何具体的错（在 `mutants/`，一个文件一个），不判断规格抓没抓住。
服务自己的代码里没有一句为变异写的话：错是在组装之后、开端口之前换上去的。
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from aiohttp import web

from support.reference.access import Identity
from support.reference.archive import Turn
from support.reference.connections import Connection
from support.reference.scope import Scope, put_scope, scope_of
from support.reference.server import ReferenceServer

#: 在 SQL 里代替“某列 = ?”：参数照收，谁都匹配。
ANYONE = "(? IS NULL OR 1)"
#: 与隔离无关、任何变异体都不该弄坏的规格：群里接着别人的话问、一对一再问一次。
SMOKE = ("TECH-02", "TEACH-02")


class Trace:
    """走到错处的痕迹：每走到一次往文件里添一个字节。

    服务被强杀也不丢，几台服务可以共用一个文件。`mark` 分辨一个变异体里的几处错。
    """

    def __init__(self, path: Path | None, mark: str = "0") -> None:
        self._path, self._mark = path, mark

    def hit(self) -> None:
        """走到了一次。"""
        if self._path is not None:
            with self._path.open("ab", buffering=0) as file:
                file.write(self._mark.encode("ascii"))

    def at(self, mark: str) -> Trace:
        """同一个文件里另一处错的痕迹。"""
        return Trace(self._path, mark)


@dataclass(frozen=True, slots=True)
class Mutant:
    """一个变异体：一台只错一处的参考服务。

    `killed_by` 是必须因它判为“违反”的规格，`spares` 是必须仍然通过的规格；
    `properties` 是它破坏的性质（P 编号），`catalogue` 是它在真实错误目录里的编号，自己想到的写空。
    `marks` 是必须都留下痕迹的几处错。
    """

    title: str
    story: str
    properties: tuple[str, ...]
    killed_by: tuple[str, ...]
    apply: Callable[[ReferenceServer, Trace], None]
    catalogue: tuple[str, ...] = ()
    spares: tuple[str, ...] = SMOKE
    marks: str = "0"


#: 拖到近来这么多次的中位的这么多倍。
_RECENT, _TIMES = 50, 60
#: 交给 `replace`，表示走没走到错处由变异体自己记：错只在某种情形下才犯时用。
QUIET = Trace(None)


def replace(owner: object, name: str, wrong: Callable[..., Any], trace: Trace) -> None:
    """把 `owner.name` 换成 `wrong`：它先收到原来的那个，再收到原来的全部参数。

    `owner` 可以是部件、类或模块；换的是类的方法时，参数从 self 开始。
    """
    right = getattr(owner, name)

    @functools.wraps(right)
    def mutated(*args: Any, **kwargs: Any) -> Any:
        trace.hit()
        return wrong(right, *args, **kwargs)

    setattr(owner, name, mutated)


class Stall:
    """拖多久：这台服务近来问一次模型的工夫（中位）的若干倍，至少 `least` 秒。

    定死的半秒在慢的机器上不显眼：那里别人平时也慢。照自己的快慢来拖，到哪里都一样慢得出奇。
    """

    def __init__(self, server: ReferenceServer, *, least: float) -> None:
        self._least, self._took = least, deque[float](maxlen=_RECENT)
        replace(server.provider, "complete", self._timed, QUIET)

    async def _timed(self, right: Any, *call: Any) -> str:
        began = time.perf_counter()
        answered: str = await right(*call)
        self._took.append(time.perf_counter() - began)
        return answered

    @property
    def seconds(self) -> float:
        """此刻该拖的秒数；还没问过模型就是 `least`。"""
        return max(self._least, _TIMES * median(self._took or (0.0,)))


def rewrite(part: Any, method: str | None, trace: Trace, *changes: tuple[str, str]) -> None:
    """部件 `part` 在方法 `method` 里写错了 SQL：逐对替换；`method` 为 None 是它的每条语句。"""
    lens = _Misprint(part._store, changes, trace)
    part._store = lens
    if method is None:
        lens.depth = 1
        return
    right = getattr(part, method)

    @functools.wraps(right)
    def misread(*args: Any, **kwargs: Any) -> Any:
        lens.depth += 1
        try:
            return right(*args, **kwargs)
        finally:
            lens.depth -= 1

    setattr(part, method, misread)


class _Misprint:
    """套在存储外面：`depth` 大于零时，经过的 SQL 被写错。"""

    def __init__(self, store: Any, changes: tuple[tuple[str, str], ...], trace: Trace) -> None:
        self._store, self._changes, self._trace = store, changes, trace
        self.depth = 0

    def __getattr__(self, name: str) -> Any:
        right = getattr(self._store, name)
        if name not in ("run", "one", "all"):
            return right

        def execute(sql: str, *values: Any) -> Any:
            return right(self._misprinted(sql) if self.depth else sql, *values)

        return execute

    def _misprinted(self, sql: str) -> str:
        wrong = sql
        for old, new in self._changes:
            wrong = wrong.replace(old, new)
        if wrong != sql:
            self._trace.hit()
        return wrong


def teach(server: ReferenceServer, name: str, function: Callable[[str], str]) -> None:
    """让写错的 SQL 能用一个函数 `name`，例如把编号折成小写。"""
    server.store._db.create_function(name, 1, function, deterministic=True)


def loaded(server: ReferenceServer) -> int:
    """这次启动时库里最后一句话的号：不大于它的都是从盘上读回来的。"""
    row = server.store.one("SELECT coalesce(max(turn), 0) FROM turns")
    assert row is not None, "聚合总有一行"
    return int(row[0])


def lose_on_crash(server: ReferenceServer, table: str, trace: Trace) -> None:
    """`table` 只在正常停下时存盘：上次是被强杀的，这次启动就是空的。"""
    saved = server.options.data / f"{table}.saved"
    if loaded(server) and not saved.exists():
        trace.hit()
        server.store.run(f"DELETE FROM {table}")
    saved.unlink(missing_ok=True)
    right = server.stop

    async def stop() -> None:
        saved.touch()
        await right()

    server.stop = stop  # type: ignore[method-assign]


class Answering:
    """正在作答的话，按 `key` 归到一起。"""

    def __init__(self, server: ReferenceServer, key: Callable[[Turn], object]) -> None:
        self._key = key
        self._turns: dict[object, list[Turn]] = {}
        self._right = server.bot._words
        server.bot._words = self._words  # type: ignore[method-assign]

    def first(self, turn: Turn) -> Turn:
        """与它同键、还没答完的头一句；没有别的就是它自己。"""
        return next(iter(self._turns.get(self._key(turn), ())), turn)

    async def _words(self, turn: Turn) -> str:
        together = self._turns.setdefault(self._key(turn), [])
        together.append(turn)
        try:
            return await self._right(turn)
        finally:
            together.remove(turn)


def both(*mutants: Mutant) -> Callable[[ReferenceServer, Trace], None]:
    """二阶变异：几处错同时在场，第 n 处的痕迹记作数字 n。"""

    def apply(server: ReferenceServer, trace: Trace) -> None:
        for number, mutant in enumerate(mutants):
            mutant.apply(server, trace.at(str(number)))

    return apply


def unscoped(api: type, method: str, trace: Trace) -> None:
    """管理面的路由 `api.method` 忘了看来人管得着谁：谁来都当作运营方。"""
    right = getattr(api, method)

    @functools.wraps(right)
    async def careless(self: Any, request: web.Request) -> Any:
        if not scope_of(request).is_operator:
            trace.hit()
            put_scope(request, Scope())
        return await right(self, request)

    setattr(api, method, careless)


def left_behind(server: ReferenceServer, table: str, trace: Trace) -> None:
    """`table` 忘了挂外键，注销删不到它；编号由名字算出，同名重开的就接上了旧的。"""
    store = server.store
    written = store.all("SELECT sql FROM sqlite_master WHERE name = ?", table)[0]["sql"]
    loose = re.sub(r" REFERENCES \w+\(id\) ON DELETE CASCADE", "", written)
    if loose != written:
        with store.transaction():
            store.run(f"DROP TABLE {table}")
            store.run(loose)

    def insert(right: Callable[..., Any], into: str, row: dict[str, Any]) -> Any:
        if into not in ("tenants", "agents"):
            return right(into, row)
        name = f"{row.get('tenant_id', '')}/{row.get('name') or row['tenant_name']}"
        known = f"{into[:-1]}_{hashlib.sha256(name.encode()).hexdigest()[:12]}"
        if store.one(f"SELECT 1 FROM {table} WHERE ? IN (tenant_id, agent_id)", known):
            trace.hit()
        return right(into, {**row, "id": known})

    replace(server.directory, "_insert", insert, QUIET)


def taken_at_its_word(
    server: ReferenceServer,
    trace: Trace,
    claimed: Callable[[Any], Any],
    become: Callable[[Identity, Identity], Identity],
) -> None:
    """收下一句话时信了它的自称。

    `claimed` 从信封里取出自称的密钥（取不出就当没有自称）；`become` 由连接自己的身份与自称的身份
    得出这一句用的身份。
    """

    async def receive(right: Callable[..., Any], connection: Connection, raw: str) -> None:
        try:
            key = str(claimed(json.loads(raw)))
        except (ValueError, LookupError, TypeError):
            key = ""
        own, other = connection.identity, server.access.identify(key)
        if other is None or other.key_id == own.key_id:
            return await right(connection, raw)  # type: ignore[no-any-return]
        trace.hit()
        connection.identity = become(own, other)
        try:
            await right(connection, raw)
        finally:
            connection.identity = own

    replace(server.messages, "_receive", receive, QUIET)


def delivered_wider(server: ReferenceServer, trace: Trace, column: str) -> None:
    """收件人只按身份的 `column` 这一列与平台挑，漏了密钥。"""

    def targets(right: Callable[..., Any], to: Any) -> list[Connection]:
        own: list[Connection] = right(to)
        asker = server.access.still(to.key_id)
        others = [
            peer
            for peer in server.connections._all()
            if asker is not None
            and getattr(peer.identity, column) == getattr(asker, column)
            and peer.platform == to.platform
            and peer.is_open
            and peer not in own
        ]
        if others:
            trace.hit()
        return [*own, *others]

    replace(server.connections, "targets", targets, QUIET)
