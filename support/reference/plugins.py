"""插件设置：租户的缺省，与智能体自己的。

职责：存取，把智能体自己的盖在租户缺省之上。不做什么：不判断智能体归谁（`control_plugins`）。
"""

from __future__ import annotations

import json
from typing import Any

from support.reference.store import Store


class Plugins:
    """各租户的插件设置；`agent_id` 为 None 是租户的缺省。"""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, tenant_id: str, agent_id: str | None, setting: dict[str, Any]) -> None:
        """写一项；已有就整个替换。"""
        name, enabled = setting["plugin_name"], setting["enabled"]
        config = json.dumps(setting["config"], ensure_ascii=False)
        with self._store.transaction():
            changed = self._store.run(
                "UPDATE plugin_settings SET enabled = ?, config = ?"
                " WHERE tenant_id = ? AND agent_id IS ? AND plugin_name = ?",
                *(enabled, config, tenant_id, agent_id, name),
            )
            if changed.rowcount == 0:
                self._store.run(
                    "INSERT INTO plugin_settings (tenant_id, agent_id, plugin_name, enabled,"
                    " config) VALUES (?, ?, ?, ?, ?)",
                    *(tenant_id, agent_id, name, enabled, config),
                )

    def settings(self, tenant_id: str, agent_id: str | None) -> list[dict[str, Any]]:
        """租户的缺省；给了智能体，它自己的同名设置盖过缺省。先写的在前。"""
        merged = {item["plugin_name"]: item for item in self.own(tenant_id, None)}
        if agent_id is not None:
            merged.update({item["plugin_name"]: item for item in self.own(tenant_id, agent_id)})
        return list(merged.values())

    def own(self, tenant_id: str, agent_id: str | None) -> list[dict[str, Any]]:
        """恰好写在这个租户、这个智能体名下的设置。"""
        rows = self._store.all(
            "SELECT plugin_name, enabled, config FROM plugin_settings"
            " WHERE tenant_id = ? AND agent_id IS ? ORDER BY id",
            tenant_id,
            agent_id,
        )
        return [
            {
                "plugin_name": row["plugin_name"],
                "enabled": bool(row["enabled"]),
                "config": json.loads(row["config"]),
            }
            for row in rows
        ]
