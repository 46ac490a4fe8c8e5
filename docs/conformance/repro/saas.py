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

    async def open(self, name: str, **more) -> tuple[str, str, str, str]:
        """开通一家：租户、智能体、密钥、密钥编号；`more` 写进密钥。"""
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
        key = await self.do("POST", "/api-keys", **{**wanted, **more})
        return tenant, agent["id"], key["api_key"], key["api_key_id"]

    def connect(self, key: str, **headers: str):
        """拿一把密钥连上消息面。"""
        return self.session.ws_connect(
            self.server, headers={"x-apikey": key, "x-platform": "qq", **headers}
        )


#: 一枚口令：大模型看见它就会复述，读回复便知道这句话的依据里有没有它。
SECRET = "zx8av4drpnqazy"


def frame(
    key: str, user: str, text: str, number: str = "", dim: str = "", group: str = "",
    platform: str = "qq", extra: str = "", on: str = "qq",
) -> dict:  # fmt: skip
    """一句话。

    `number` 是信封编号，`dim`、`extra` 是写进 message_dim、additional_config 的密钥，
    `on` 是连接的平台，`platform` 是话里自称的平台。
    """
    number, now = number or uuid.uuid4().hex, time.time()
    sender = {"user_info": {"platform": platform, "user_id": user, "user_nickname": "小王"}}
    if group:
        sender["group_info"] = {"platform": platform, "group_id": group, "group_name": "群"}
    info = {
        "platform": platform,
        "message_id": uuid.uuid4().hex,
        "time": now,
        "sender_info": sender,
    }
    if extra:
        info["additional_config"] = {"api_key": extra}
    payload = {
        "message_info": info,
        "message_segment": {"type": "text", "data": text},
        "message_dim": {"api_key": dim or key, "platform": on},
    }
    meta = {"sender_user": key, "platform": on, "timestamp": now}
    return {"ver": 1, "msg_id": number, "type": "sys_std", "meta": meta, "payload": payload}


async def heard(
    socket: aiohttp.ClientWebSocketResponse, seconds: float = 8.0, enough: int = 99
) -> list[str]:
    """这么多秒里收到的回复（确认不算）；连接被关掉、够数了就到此为止。"""
    texts, until = [], time.time() + seconds
    while len(texts) < enough and (left := until - time.time()) > 0:
        try:
            message = await socket.receive(timeout=min(left, 1.0))
        except asyncio.TimeoutError:
            continue
        if message.type is not aiohttp.WSMsgType.TEXT:
            return [*texts, "（连接被关闭）"]
        if (got := message.json())["type"] == "sys_std":
            texts.append(str(got["payload"]["message_segment"]["data"]))
    return texts


async def ask(
    lab: Lab, key: str, user: str, text: str = "在吗", on: str = "qq", **options: str
) -> list[str]:
    """连上 `on` 平台、说一句、听回复：来了一条就够，不来等满。"""
    async with lab.connect(key, **{"x-platform": on}) as socket:
        await socket.send_json(frame(key, user, text, on=on, **options))
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
    """智能体停用、归档、删除之后，租户搁置、停用之后，照样得到回答；删除的智能体，密钥还在。"""
    tenant, agent, key, number = await lab.open("甲")
    for status in ("inactive", "archived"):
        await lab.do("PUT", f"/agents/{agent}", status=status)
        print(f"智能体 {status}：", await ask(lab, key, uuid.uuid4().hex))
    for status in ("inactive", "suspended"):
        await lab.do("PUT", f"/tenants/{tenant}", status=status)
        print(f"租户 {status}：", await ask(lab, key, uuid.uuid4().hex))
    await lab.do("DELETE", f"/agents/{agent}")
    print("名录里：", await lab.do("GET", f"/agents/{agent}") or "没有这个智能体")
    print("它的密钥还在：", bool(await lab.do("GET", f"/api-keys/{number}")))
    print("智能体删除之后：", await ask(lab, key, uuid.uuid4().hex))
    await lab.do("DELETE", f"/api-keys/{number}")


async def key_without_chat(lab: Lab) -> None:
    """管理面说这把密钥没有 chat 权限，拿它照样得到回答。"""
    key = (await lab.open("甲", permissions=["admin"]))[2]
    told = await lab.do("POST", "/auth/check-permission", api_key=key, permission="chat")
    print("有 chat 权限：", told["has_permission"])
    print("说一句：", await ask(lab, key, uuid.uuid4().hex))


async def mistyped_key(lab: Lab) -> None:
    """密钥里的智能体编号抄错一位，名录里没有这个智能体，照样放行、照样作答。"""
    tenant, agent, *_ = await lab.open("甲")
    wrong = agent[:-1] + ("1" if agent[-1] == "0" else "0")
    made = base64.b64encode(f"{tenant}_{wrong}_{'0' * 16}_v1".encode()).decode()
    print("名录里：", await lab.do("GET", f"/agents/{wrong}") or "没有这个智能体")
    print("抄错的密钥：", await ask(lab, f"mmc_{made}", uuid.uuid4().hex))


async def foreign_extra(lab: Lab) -> None:
    """话里另外附上乙家的密钥（additional_config），甲家的回复就送到乙家的连接。"""
    first, second = (await lab.open("甲"))[2], (await lab.open("乙"))[2]
    async with lab.connect(second) as other:
        print("甲家收到：", await ask(lab, first, uuid.uuid4().hex, extra=second))
        print("乙家收到：", await heard(other, 1.0))


async def claimed_platform(lab: Lab) -> None:
    """连在 qq 上的人在话里自称身处 wechat，就想起同号的人在 wechat 上说过的话。"""
    key, user = (await lab.open("甲"))[2], uuid.uuid4().hex
    said = await ask(lab, key, user, f"年会改到月底（{SECRET}）", on="wechat", platform="wechat")
    print("在 wechat 上说：", said)
    print("对照，在 qq 上问：", await ask(lab, key, user, "改到哪天"))
    print("连在 qq、自称在 wechat：", await ask(lab, key, user, "改到哪天", platform="wechat"))


async def group_named_like_a_private_chat(lab: Lab) -> None:
    """群号写成“用户编号_private”，群里的人就看得见那位用户的私聊。"""
    key, user, other = (await lab.open("甲"))[2], uuid.uuid4().hex, uuid.uuid4().hex
    print("私下说：", await ask(lab, key, user, f"体检结果不太好（{SECRET}）"))
    print("对照，在别的群里问：", await ask(lab, key, other, "结果怎样", group=f"{user}_x"))
    print("在冒名的群里问：", await ask(lab, key, other, "结果怎样", group=f"{user}_private"))


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


async def twelve_at_once(lab: Lab) -> None:
    """一家的十二位用户同时开口：句句有确认，三十秒里却不是人人得到回复。"""
    key, users = (await lab.open("甲"))[2], [uuid.uuid4().hex for _ in range(12)]
    print("对照，先有一位单独问：", await ask(lab, key, uuid.uuid4().hex))
    async with lab.connect(key) as socket:
        for user in users:
            await socket.send_json(frame(key, user, "在吗"))
        print("十二位得到的回复：", len(await heard(socket, 30.0, enough=12)))


async def gone_before_the_reply(lab: Lab) -> None:
    """问完就断线，答好时不在线，回来之后再也收不到那条回复；断线之前要先有确认。"""
    key, user = (await lab.open("甲"))[2], uuid.uuid4().hex
    print("对照，不断线：", await ask(lab, key, user))
    async with lab.connect(key) as socket:
        await socket.send_json(frame(key, user, "还在吗"))
        print("断线之前：", (await socket.receive_json(timeout=8))["type"])
    await asyncio.sleep(15)  # 让那条回复在没有人连着的时候答好
    async with lab.connect(key) as socket:
        print("回来之后：", await heard(socket))
        await socket.send_json(frame(key, user, "刚才答了吗"))
        print("对照，回来之后再问：", await heard(socket, 20.0, enough=1))


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
    same_user_number, forged_key, mistyped_key, foreign_dim, foreign_extra, deleted_key,
    expired_key, key_without_chat, suspended_tenant, same_envelope, borrowed_connection,
    deleted_tenant, claimed_platform, group_named_like_a_private_chat, twelve_at_once,
    gone_before_the_reply,
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
