"""SaaS 版麦麦的越界，一条一个函数：只用 aiohttp，与规约套件无关。

用法：python saas.py http://127.0.0.1:8000 ws://127.0.0.1:18040/ws [函数名…]
部署的大模型要会复述它看见的话（例：python -m support observe --script saas 起的观察站）。
每个函数自己开通两家租户，说完就删；编号都是新的，重跑互不相干。
"""

import asyncio
import base64
import sys
import time
import uuid

import aiohttp


class Lab:
    """一处部署：管理面与消息面。"""

    def __init__(self, session: aiohttp.ClientSession, control: str, server: str) -> None:
        self.session, self.control, self.server = session, f"{control}/api/v2", server
        self.tenants: list[str] = []

    async def do(self, method: str, path: str, **body) -> dict:
        """办一件管理事务。"""
        async with self.session.request(method, self.control + path, json=body) as reply:
            return (await reply.json()).get("data") or {}

    async def open(self, name: str) -> tuple[str, str, str, str]:
        """开通一家：租户、智能体、密钥、密钥编号。"""
        title = f"repro-{name}-{uuid.uuid4().hex[:8]}"
        tenant = (await self.do("POST", "/tenants", tenant_name=title, tenant_type="enterprise"))[
            "id"
        ]
        self.tenants.append(tenant)
        config = {"persona": {"personality": "温和周到"}}
        agent = await self.do("POST", "/agents", tenant_id=tenant, name=name, config=config)
        wanted = {
            "tenant_id": tenant,
            "agent_id": agent["id"],
            "name": name,
            "permissions": ["chat"],
        }
        key = await self.do("POST", "/api-keys", **wanted)
        return tenant, agent["id"], key["api_key"], key["api_key_id"]

    def connect(self, key: str, **headers: str):
        """拿一把密钥连上消息面。"""
        return self.session.ws_connect(
            self.server, headers={"x-apikey": key, "x-platform": "qq", **headers}
        )


def frame(key: str, user: str, text: str, number: str = "", dim: str = "", group: str = "") -> dict:
    """一句话；`number` 是信封编号，`dim` 是写进 message_dim 的密钥。"""
    number, now = number or uuid.uuid4().hex, time.time()
    sender = {"user_info": {"platform": "qq", "user_id": user, "user_nickname": "小王"}}
    if group:
        sender["group_info"] = {"platform": "qq", "group_id": group, "group_name": "群"}
    info = {"platform": "qq", "message_id": uuid.uuid4().hex, "time": now, "sender_info": sender}
    payload = {
        "message_info": info,
        "message_segment": {"type": "text", "data": text},
        "message_dim": {"api_key": dim or key, "platform": "qq"},
    }
    meta = {"sender_user": key, "platform": "qq", "timestamp": now}
    return {"ver": 1, "msg_id": number, "type": "sys_std", "meta": meta, "payload": payload}


async def heard(
    socket: aiohttp.ClientWebSocketResponse, seconds: float = 8.0, enough: int = 99
) -> list[str]:
    """这么多秒里收到的回复（确认不算）；连接被关掉、够数了就到此为止。"""
    texts, until = [], time.time() + seconds
    while len(texts) < enough and (left := until - time.time()) > 0:
        try:
            message = await socket.receive(timeout=left)
        except asyncio.TimeoutError:
            break
        if message.type is not aiohttp.WSMsgType.TEXT:
            return [*texts, "（连接被关闭）"]
        if (got := message.json())["type"] == "sys_std":
            texts.append(str(got["payload"]["message_segment"]["data"]))
    return texts


async def ask(lab: Lab, key: str, user: str, **options: str) -> list[str]:
    """连上、说一句、听回复：来了一条就够，不来等满。"""
    async with lab.connect(key) as socket:
        await socket.send_json(frame(key, user, "在吗", **options))
        return await heard(socket, enough=1)


async def same_user_number(lab: Lab) -> None:
    """乙家的用户与甲家的同号，他的私聊就再也没有回复。"""
    user = uuid.uuid4().hex
    first, second = (await lab.open("甲"))[2], (await lab.open("乙"))[2]
    print("对照，乙家另一个号：", await ask(lab, second, uuid.uuid4().hex))
    print("甲家先说：", await ask(lab, first, user))
    print("乙家同号的人再说：", await ask(lab, second, user))


async def forged_key(lab: Lab) -> None:
    """照读得出的编号编一把密钥，连得上，还听得见真的那位收到的回复。"""
    tenant, agent, key, _ = await lab.open("甲")
    made = base64.b64encode(f"{tenant}_{agent}_{'0' * 16}_v1".encode()).decode()
    async with lab.connect(f"mmc_{made}") as thief:
        print("真的那位：", await ask(lab, key, uuid.uuid4().hex))
        print("编的密钥旁听到：", await heard(thief, 1.0))
        print("编的密钥自己说：", await ask(lab, f"mmc_{made}", uuid.uuid4().hex))


async def foreign_dim(lab: Lab) -> None:
    """消息里写上乙家的密钥，给甲家的回复就送到乙家的连接。"""
    first, second = (await lab.open("甲"))[2], (await lab.open("乙"))[2]
    async with lab.connect(second) as other:
        print("甲家收到：", await ask(lab, first, uuid.uuid4().hex, dim=second))
        print("乙家收到：", await heard(other, 1.0))


async def deleted_key(lab: Lab) -> None:
    """密钥删了，拿它照样得到回答。"""
    _, _, key, number = await lab.open("甲")
    print("删之前：", await ask(lab, key, uuid.uuid4().hex))
    await lab.do("DELETE", f"/api-keys/{number}")
    print("名录里：", await lab.do("GET", f"/api-keys/{number}") or "没有这把密钥")
    print("删之后：", await ask(lab, key, uuid.uuid4().hex))


async def expired_key(lab: Lab) -> None:
    """过期的密钥照样得到回答。"""
    _, _, key, number = await lab.open("甲")
    await lab.do("PUT", f"/api-keys/{number}", expires_at="2020-01-01T00:00:00")
    print("过期五年的密钥：", await ask(lab, key, uuid.uuid4().hex))


async def suspended_tenant(lab: Lab) -> None:
    """租户停用、智能体停用之后，照样得到回答。"""
    tenant, agent, key, _ = await lab.open("甲")
    await lab.do("PUT", f"/agents/{agent}", status="inactive")
    print("智能体停用之后：", await ask(lab, key, uuid.uuid4().hex))
    await lab.do("PUT", f"/tenants/{tenant}", status="suspended")
    print("租户停用之后：", await ask(lab, key, uuid.uuid4().hex))


async def same_envelope(lab: Lab) -> None:
    """甲家用过的信封编号，乙家再用就石沉大海。"""
    number = uuid.uuid4().hex
    first, second = (await lab.open("甲"))[2], (await lab.open("乙"))[2]
    print("甲家：", await ask(lab, first, uuid.uuid4().hex, number=number))
    print("乙家同编号：", await ask(lab, second, uuid.uuid4().hex, number=number))
    print("对照，乙家新编号：", await ask(lab, second, uuid.uuid4().hex))


async def borrowed_connection(lab: Lab) -> None:
    """乙家连上时报甲家那条连接的编号，甲家的回复就归了乙家。"""
    first, second = (await lab.open("甲"))[2], (await lab.open("乙"))[2]
    mark = uuid.uuid4().hex
    claim = {"x-uuid": mark}
    async with lab.connect(first, **claim) as owner, lab.connect(second, **claim) as thief:
        await owner.send_json(frame(first, uuid.uuid4().hex, "在吗"))
        print("甲家收到：", await heard(owner))
        print("乙家收到：", await heard(thief, 1.0))


async def deleted_tenant(lab: Lab) -> None:
    """租户删了，它的智能体与密钥还在，照样得到回答。"""
    tenant, agent, key, number = await lab.open("甲")
    await lab.do("DELETE", f"/tenants/{tenant}")
    print("智能体还在：", bool(await lab.do("GET", f"/agents/{agent}")))
    print("密钥还在：", bool(await lab.do("GET", f"/api-keys/{number}")))
    print("照样回答：", await ask(lab, key, uuid.uuid4().hex))
    await lab.do("DELETE", f"/api-keys/{number}")
    await lab.do("DELETE", f"/agents/{agent}")


CASES = (
    same_user_number, forged_key, foreign_dim, deleted_key, expired_key,
    suspended_tenant, same_envelope, borrowed_connection, deleted_tenant,
)  # fmt: skip


async def main(control: str, server: str, *names: str) -> None:
    """照名字演示；不给名字就全部。"""
    async with aiohttp.ClientSession() as session:
        for case in (case for case in CASES if not names or case.__name__ in names):
            lab = Lab(session, control, server)
            print(f"== {case.__name__}：{case.__doc__}")
            try:
                await case(lab)
            finally:
                for tenant in lab.tenants:
                    await lab.do("DELETE", f"/tenants/{tenant}")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
