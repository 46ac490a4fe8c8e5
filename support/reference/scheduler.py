"""调度：轮流照顾每个租户，谁也不能占住全部模型调用。

职责：同一聊天按到达次序一句一句答，不同聊天并行；租户之间轮转，
每个租户同时至多 `per_tenant` 个模型调用，全部合计至多 `total` 个。
不做什么：不知道一句话怎么答；队列里只有编号，正文在库里。
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable

from support.reference.archive import Chat

TOTAL = 64
PER_TENANT = 8
log = logging.getLogger("reference.scheduler")


class _Tenant:
    """一个租户的活：`waiting` 每个聊天排队的话，`ready` 轮得到的聊天，`running` 正在答的。"""

    def __init__(self) -> None:
        self.waiting: dict[Chat, deque[int]] = {}
        self.ready: deque[Chat] = deque()
        self.running: dict[Chat, asyncio.Task[None]] = {}


class Scheduler:
    """公平的调度员；`answer` 答一句话。"""

    def __init__(
        self,
        answer: Callable[[int], Awaitable[None]],
        *,
        total: int = TOTAL,
        per_tenant: int = PER_TENANT,
    ) -> None:
        self._answer, self._total, self._per_tenant = answer, total, per_tenant
        self._tenants: dict[str, _Tenant] = {}
        self._ring: deque[str] = deque()
        self._busy = 0
        self._stopped = False

    def submit(self, chat: Chat, number: int) -> None:
        """一句话排到它那个聊天的队尾。"""
        tenant = self._tenants.get(chat.tenant_id)
        if tenant is None:
            tenant = self._tenants[chat.tenant_id] = _Tenant()
            self._ring.append(chat.tenant_id)
        if chat not in tenant.waiting:
            tenant.waiting[chat] = deque()
            tenant.ready.append(chat)
        tenant.waiting[chat].append(number)
        self._pump()

    def next_tenant(self) -> str | None:
        """下一个轮到的租户：有活、没到上限；轮过的排到后面。"""
        for _ in range(len(self._ring)):
            tenant_id = self._ring[0]
            self._ring.rotate(-1)
            tenant = self._tenants[tenant_id]
            if tenant.ready and len(tenant.running) < self._per_tenant:
                return tenant_id
        return None

    def drop(self, tenant_id: str, agent_id: str | None = None) -> None:
        """租户（或它的一个智能体）没了：排队的作废，正在答的取消。"""
        tenant = self._tenants.get(tenant_id)
        if tenant is None:
            return
        for chat in list(tenant.waiting):
            if agent_id is not None and chat.agent_id != agent_id:
                continue
            tenant.waiting[chat].clear()
            if chat in tenant.running:
                tenant.running[chat].cancel()
            else:
                tenant.ready.remove(chat)
                del tenant.waiting[chat]
        self._retire(tenant_id)

    async def stop(self) -> None:
        """停下；没答完的话仍在库里，重启后接着答。"""
        self._stopped = True
        tasks = [task for tenant in self._tenants.values() for task in tenant.running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _pump(self) -> None:
        while not self._stopped and self._busy < self._total:
            tenant_id = self.next_tenant()
            if tenant_id is None:
                return
            self._start(tenant_id)

    def _start(self, tenant_id: str) -> None:
        tenant = self._tenants[tenant_id]
        chat = tenant.ready.popleft()
        number = tenant.waiting[chat].popleft()
        self._busy += 1
        task = asyncio.get_running_loop().create_task(self._work(number))
        tenant.running[chat] = task
        task.add_done_callback(lambda _: self._finish(chat))

    async def _work(self, number: int) -> None:
        try:
            await self._answer(number)
        except Exception:
            log.exception("第 %d 句没能答完；其余的话不受影响", number)

    def _finish(self, chat: Chat) -> None:
        self._busy -= 1
        tenant = self._tenants[chat.tenant_id]
        del tenant.running[chat]
        if tenant.waiting[chat]:
            tenant.ready.append(chat)
        else:
            del tenant.waiting[chat]
        self._retire(chat.tenant_id)
        self._pump()

    def _retire(self, tenant_id: str) -> None:
        """没活的租户不占轮次。"""
        tenant = self._tenants[tenant_id]
        if not tenant.waiting and not tenant.running:
            del self._tenants[tenant_id]
            self._ring.remove(tenant_id)
