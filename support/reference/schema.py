"""表结构。

职责：全部的表、索引与级联。不做什么：不打开数据库（`store`）。

租户、智能体、密钥删除时，名下的行由外键级联一并删除；每张表都挂在其中一样上。
"""

SCHEMA_VERSION = 2

SCHEMA = """
CREATE TABLE tenants (
    id TEXT PRIMARY KEY, tenant_name TEXT NOT NULL UNIQUE, tenant_type TEXT NOT NULL,
    description TEXT, contact_email TEXT, tenant_config TEXT, status TEXT NOT NULL,
    owner_id TEXT, created_at REAL NOT NULL, updated_at REAL NOT NULL
);
CREATE TABLE agents (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants(id) ON DELETE CASCADE,
    name TEXT NOT NULL, description TEXT, template_id TEXT, config TEXT NOT NULL,
    status TEXT NOT NULL, tags TEXT, created_at REAL NOT NULL, updated_at REAL NOT NULL,
    UNIQUE (tenant_id, name)
);
CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants(id) ON DELETE CASCADE,
    agent_id TEXT NOT NULL REFERENCES agents(id) ON DELETE CASCADE,
    name TEXT NOT NULL, description TEXT, api_key TEXT NOT NULL UNIQUE,
    permissions TEXT NOT NULL, status TEXT NOT NULL, expires_at REAL, created_at REAL NOT NULL,
    last_used_at REAL, usage_count INTEGER NOT NULL DEFAULT 0,
    UNIQUE (tenant_id, name)
);
CREATE INDEX api_keys_of_agent ON api_keys (agent_id);

-- 一行是一个来回：用户的一句话与对它的回复。state: waiting | answered | dropped
-- pieces 是还没读懂的段（图片、引用），读懂之后并进 words；notice 是不经模型的答复，不算聊天记录。
CREATE TABLE turns (
    turn INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id TEXT NOT NULL,
    agent_id TEXT NOT NULL REFERENCES agents(id) ON DELETE CASCADE,
    platform TEXT NOT NULL, kind TEXT NOT NULL, chat_id TEXT NOT NULL,
    key_id TEXT NOT NULL, user_id TEXT NOT NULL, nickname TEXT NOT NULL,
    group_name TEXT NOT NULL, message_id TEXT NOT NULL, words TEXT NOT NULL,
    said_at REAL NOT NULL, state TEXT NOT NULL, reply TEXT, reply_id TEXT,
    pieces TEXT, notice TEXT
);
CREATE INDEX turns_of_chat ON turns (agent_id, tenant_id, platform, kind, chat_id, turn);
CREATE INDEX turns_by_message
    ON turns (agent_id, tenant_id, platform, kind, chat_id, message_id, turn);
CREATE INDEX turns_by_reply
    ON turns (agent_id, tenant_id, platform, kind, chat_id, reply_id, turn)
    WHERE reply_id IS NOT NULL;
CREATE INDEX turns_waiting ON turns (turn) WHERE state = 'waiting';

-- 长期记忆，连同它是在哪儿听来的。
CREATE TABLE memories (
    turn INTEGER PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    agent_id TEXT NOT NULL REFERENCES agents(id) ON DELETE CASCADE,
    platform TEXT NOT NULL, kind TEXT NOT NULL, user_id TEXT NOT NULL,
    nickname TEXT NOT NULL, words TEXT NOT NULL
);
CREATE INDEX memories_of_agent ON memories (agent_id, tenant_id, turn);

-- 关于一个人听来的事（昵称、名字、喜欢），连同是在群里还是私下听来的。
CREATE TABLE person_facts (
    turn INTEGER NOT NULL, topic TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    agent_id TEXT NOT NULL REFERENCES agents(id) ON DELETE CASCADE,
    platform TEXT NOT NULL, user_id TEXT NOT NULL, kind TEXT NOT NULL, words TEXT NOT NULL,
    PRIMARY KEY (turn, topic)
) WITHOUT ROWID;
CREATE INDEX person_facts_of_person
    ON person_facts (agent_id, tenant_id, platform, user_id, topic, turn);

-- 一个聊天里教过的说法。
CREATE TABLE sayings (
    turn INTEGER PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    agent_id TEXT NOT NULL REFERENCES agents(id) ON DELETE CASCADE,
    platform TEXT NOT NULL, kind TEXT NOT NULL, chat_id TEXT NOT NULL, words TEXT NOT NULL
);
CREATE INDEX sayings_of_chat ON sayings (agent_id, tenant_id, platform, kind, chat_id, turn);

-- 一个智能体看过的图片。
CREATE TABLE pictures (
    tenant_id TEXT NOT NULL,
    agent_id TEXT NOT NULL REFERENCES agents(id) ON DELETE CASCADE,
    digest TEXT NOT NULL, words TEXT NOT NULL,
    PRIMARY KEY (agent_id, tenant_id, digest)
) WITHOUT ROWID;

-- 一个租户受理过的话：时刻供限额用，总数供用量用。
CREATE TABLE processed (
    tenant_id TEXT NOT NULL REFERENCES tenants(id) ON DELETE CASCADE, at REAL NOT NULL
);
CREATE INDEX processed_of_tenant ON processed (tenant_id, at);
CREATE INDEX processed_by_age ON processed (at);
CREATE TABLE tallies (
    tenant_id TEXT PRIMARY KEY REFERENCES tenants(id) ON DELETE CASCADE,
    messages INTEGER NOT NULL DEFAULT 0, model_calls INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE usage_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id TEXT REFERENCES tenants(id) ON DELETE CASCADE,
    agent_id TEXT, user_id TEXT, action TEXT NOT NULL, details TEXT, timestamp TEXT NOT NULL
);
CREATE INDEX usage_log_of_tenant ON usage_log (tenant_id, id);

CREATE TABLE activity (
    agent_id TEXT NOT NULL UNIQUE REFERENCES agents(id) ON DELETE CASCADE,
    tenant_id TEXT NOT NULL REFERENCES tenants(id) ON DELETE CASCADE,
    last_seen_at REAL NOT NULL, expires_at REAL NOT NULL, ttl_seconds INTEGER NOT NULL
);
CREATE INDEX activity_of_tenant ON activity (tenant_id);

-- agent_id 为 NULL 是租户的缺省设置。
CREATE TABLE plugin_settings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id TEXT NOT NULL REFERENCES tenants(id) ON DELETE CASCADE,
    agent_id TEXT REFERENCES agents(id) ON DELETE CASCADE,
    plugin_name TEXT NOT NULL, enabled INTEGER NOT NULL, config TEXT NOT NULL
);
CREATE INDEX plugin_settings_of_tenant ON plugin_settings (tenant_id, plugin_name);
CREATE INDEX plugin_settings_of_agent ON plugin_settings (agent_id);

-- 见过的信封编号；只在同一把密钥、同一平台内有意义。
CREATE TABLE seen (
    key_id TEXT NOT NULL REFERENCES api_keys(id) ON DELETE CASCADE,
    platform TEXT NOT NULL, msg_id TEXT NOT NULL, seen_at REAL NOT NULL,
    PRIMARY KEY (key_id, platform, msg_id)
) WITHOUT ROWID;
CREATE INDEX seen_by_age ON seen (seen_at);

-- 等着送出的回复帧。
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key_id TEXT NOT NULL REFERENCES api_keys(id) ON DELETE CASCADE,
    platform TEXT NOT NULL, frame TEXT NOT NULL, queued_at REAL NOT NULL
);
CREATE INDEX outbox_of_key ON outbox (key_id, platform, id);
CREATE INDEX outbox_by_age ON outbox (queued_at);
"""
