"""本场景对着哪一台服务：共用的那台、要鉴权的那台，或它自己的一台。

职责：按标签挑服务，需要时起一台。不做什么：不说话、不判断。
要重启服务、要限时的场景独占一台，免得殃及同时在跑的别的场景；要管理面鉴权的场景合用一台。
目标不是内嵌的参考服务时，永远是目标本身。
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from support.config import Config
from support.ledger import Redactor
from support.targets.embedded import Endpoints, Reference, reference
from support.targets.process import nursery

RESTART, AUTH, TIMED = "需.重启", "需.管理面鉴权", "需.模型限时"
#: 限时的场景等不起参考服务平常的 20 秒。
_TIMED_OPTIONS = ("--model-timeout", "1")


@dataclass(frozen=True, slots=True)
class Service:
    """一台服务。`own` 是只归本场景的那台，只有它可以被杀掉重启。"""

    endpoints: Endpoints
    operator_key: str | None = field(default=None, repr=False)
    own: Reference | None = None


class Services:
    """一个进程里的各台服务。`shared` 是共用的那台，`folder` 放日志。"""

    def __init__(self, config: Config, shared: Service, folder: Path, redactor: Redactor) -> None:
        self._config, self._shared, self._folder = config, shared, folder
        self._redactor = redactor
        self._launch = nursery("support.cli", "support.reference.serve")
        self._guarded: Service | None = None
        self._kept, self._lent = ExitStack(), ExitStack()

    def choose(self, tags: Collection[str], name: str) -> Service:
        """给名为 `name` 的场景挑一台。"""
        if self._config.target.kind != "embedded":
            return self._shared
        if RESTART in tags or TIMED in tags:
            extra = _TIMED_OPTIONS if TIMED in tags else ()
            return self._start(self._lent, name, auth=AUTH in tags, extra=extra)
        if AUTH not in tags:
            return self._shared
        if self._guarded is None:
            self._guarded = replace(self._start(self._kept, "auth", auth=True), own=None)
        return self._guarded

    def _start(
        self, stack: ExitStack, name: str, *, auth: bool, extra: Sequence[str] = ()
    ) -> Service:
        operator_key = f"operator-{secrets.token_hex(16)}" if auth else None
        if operator_key:
            self._redactor.learn(operator_key)
        log = self._folder / f"reference-{name.replace('#', '-')}.log"
        base = self._shared.endpoints
        options = (*base.serve_options, *extra)
        server = reference(
            self._config,
            base.model_url,
            log,
            operator_key=operator_key,
            extra=options,
            launch=self._launch,
        )
        own = stack.enter_context(server)
        return Service(own.endpoints(base), operator_key, own)

    def give_back(self) -> None:
        """场景落幕：停掉只归它的那台。"""
        self._lent.close()

    def close(self) -> None:
        """散场：全部停掉。"""
        with self._kept:
            self._lent.close()
