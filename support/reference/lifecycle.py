"""生命周期：名册变了之后，让开着的连接与进行中的作答立刻跟上。

职责：控制面与消息面之间唯一的一座桥。不做什么：不改库（调用前已改好）。
"""

from __future__ import annotations

from support.reference.connections import Connections
from support.reference.scheduler import Scheduler


class Lifecycle:
    """变化的通知处。"""

    def __init__(self, connections: Connections, scheduler: Scheduler) -> None:
        self._connections, self._scheduler = connections, scheduler

    def access_changed(self, tenant_id: str) -> None:
        """租户、智能体或密钥的状态、期限、权限变了。"""
        self._connections.recheck(tenant_id)

    def agent_removed(self, tenant_id: str, agent_id: str) -> None:
        """智能体删了：取消它正在作的答，关它的连接。"""
        self._scheduler.drop(tenant_id, agent_id)
        self._connections.recheck(tenant_id)

    def tenant_removed(self, tenant_id: str) -> None:
        """租户删了：取消它正在作的答，关它的连接。"""
        self._scheduler.drop(tenant_id)
        self._connections.recheck(tenant_id)
