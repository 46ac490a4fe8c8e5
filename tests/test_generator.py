"""话的来源：模板可重放、不重复、有头有尾；大模型的各种不配合都退得回模板。"""

import asyncio
import json
import socket
from dataclasses import replace

import pytest
from aiohttp import web

from support.config import DEFAULT_CONFIG, Llm, load_config
from support.generator import Source, compose, from_templates, llm, small_talk
from support.generator.lines import TOPICS

CONFIG = load_config(DEFAULT_CONFIG)
GROUP = CONFIG.scenario("技术讨论群")
GOLDEN = [
    "大家早，麦麦也在吧？今天想聊聊Python编程。",
    "一个包里循环导入了，除了把 import 挪进函数还有别的办法吗？",
    "今天Bug调试聊得挺有收获，下次见！",
]
KEY = "sk-generator-test-key-99"


def texts(talk):
    return [line.text for line in talk]


def test_same_seed_same_words_on_every_python():
    talk = from_templates(GROUP, seed=7, count=15)
    assert talk == from_templates(GROUP, seed=7, count=15)
    assert texts(talk) != texts(from_templates(GROUP, seed=8, count=15))
    # 写死的三句：换一版 Python 跑出别的话，这里就会红。
    assert texts(talk)[:2] + texts(talk)[-1:] == GOLDEN


@pytest.mark.parametrize("scenario", CONFIG.scenarios, ids=lambda row: row.name)
@pytest.mark.parametrize("count", [1, 3, 4, 15, 60, 700])
def test_talk_has_exact_count_no_repeats_all_topics_and_manners(scenario, count):
    talk = from_templates(scenario, seed=1, count=count)
    assert len(set(texts(talk))) == len(talk) == count
    assert all(line.source is Source.TEMPLATE and line.text.strip() for line in talk)
    assert not any("{" in line.text for line in talk)
    if count >= len(scenario.conversation_topics):
        assert {line.topic for line in talk} == set(scenario.conversation_topics)
        assert (talk[0].kind, talk[-1].kind) == ("问候", "告别")
    else:
        assert not {"问候", "告别"} & {line.kind for line in talk}
    if count >= 15:
        assert {line.kind for line in talk} == {"问候", "问题", "陈述", "情绪", "告别"}


def test_unknown_topics_are_still_talked_about_by_name():
    scenario = replace(GROUP, conversation_topics=("养蜂", "修钟表"))
    for line in from_templates(scenario, seed=1, count=40):
        assert line.topic in line.text


def test_pools_are_large_mixed_and_disjoint():
    wanted = {topic for scenario in CONFIG.scenarios for topic in scenario.conversation_topics}
    assert wanted == set(TOPICS)
    everything = []
    for pool in (*TOPICS.values(), small_talk.GENERIC):
        assert all(pool[kind] for kind in ("问题", "陈述", "情绪"))
        assert sum(map(len, pool.values())) >= 14
        everything += [text for lines in pool.values() for text in lines]
    assert len(set(everything)) == len(everything)


class FakeModel:
    """小小的 OpenAI 兼容服务；`answer` 收到请求正文，返回 (状态, 正文文本)。"""

    def __init__(self):
        self.requests = []
        self.answer = None
        self.url = ""

    async def handle(self, request):
        body = await request.json()
        self.requests.append(body)
        status, content = self.answer(body)
        if status is None:
            await asyncio.Event().wait()
        if status != 200:
            error = {"message": f"不行，{KEY}", "type": "x", "code": None, "param": None}
            return web.json_response({"error": error}, status=status)
        message = {"role": "assistant", "content": content}
        return web.json_response({"choices": [{"index": 0, "message": message}]})


@pytest.fixture
async def model():
    fake = FakeModel()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", fake.handle)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    yield fake
    await runner.cleanup()


async def talk_with(model, *, count=5, timeout=60.0, scenario=GROUP, api_key=KEY, url=None):
    notices = []
    talk = await compose(
        scenario,
        CONFIG.agent(scenario.agent_id),
        CONFIG.platform(scenario.platform),
        llm=Llm(api_base=url or model.url, api_key=api_key, timeout=timeout),
        seed=1,
        count=count,
        notice=notices.append,
        tenant=CONFIG.tenant(scenario.tenant_id),
    )
    assert len(set(texts(talk))) == len(talk) == count
    assert KEY not in "".join(notices)
    return talk, notices


def asked_for(body):
    """这次要第几句到第几句。"""
    task = body["messages"][1]["content"]
    first, last = task.split("现在写第 ")[1].split(" 句")[0].split(" 到 ")
    return range(int(first), int(last) + 1)


def script(numbers, topic="系统架构"):
    rows = [{"text": f"这是第{number}句话。", "topic": topic, "kind": "问题"} for number in numbers]
    return json.dumps({"messages": rows}, ensure_ascii=False)


async def test_good_model_writes_everything_in_batches(model, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    model.answer = lambda body: (200, script(asked_for(body)))
    talk, notices = await talk_with(model, count=23)
    assert notices == []
    assert {line.source for line in talk} == {Source.LLM}
    assert [len(asked_for(body)) for body in model.requests] == [10, 10, 3]
    first, last = model.requests[0], model.requests[-1]
    assert first["response_format"]["type"] == "json_schema"
    assert first["max_tokens"] == 2000
    system = first["messages"][0]["content"]
    for words in ("专业、严谨", "公司内部技术讨论群聊", "QQ", "群聊", "Bug调试", "科技公司A"):
        assert words in system
    assert "打个招呼" in first["messages"][1]["content"]
    assert "道别" in last["messages"][1]["content"]
    assert "这是第20句话。" in last["messages"][1]["content"]


@pytest.mark.parametrize(
    ("status", "refused", "forms"),
    [
        (400, lambda body: body.get("response_format", {}).get("type") == "json_schema", 2),
        (422, lambda body: "response_format" in body, 3),
        (400, lambda body: "temperature" in body, 4),
    ],
)
async def test_refused_forms_degrade_once_and_are_remembered(model, status, refused, forms):
    model.answer = lambda body: (status, "") if refused(body) else (200, script(asked_for(body)))
    talk, notices = await talk_with(model, count=20)
    assert notices == []
    assert {line.source for line in talk} == {Source.LLM}
    assert len(model.requests) == forms + 1


async def test_fences_and_chatter_are_stripped(model):
    model.answer = lambda body: (200, f"好的：\n```json\n{script(asked_for(body))}\n```\n请查收")
    talk, notices = await talk_with(model)
    assert notices == []
    assert talk[0].text == "这是第1句话。"


async def test_too_few_and_duplicates_are_topped_up_from_templates(model):
    model.answer = lambda body: (200, script([1, 1, 2]))
    talk, notices = await talk_with(model, count=6)
    assert [line.source for line in talk] == [Source.LLM] * 2 + [Source.TEMPLATE] * 4
    assert talk[-1].kind == "告别"
    assert len(notices) == 1
    assert "只写出 2 句" in notices[0]


async def test_bad_items_are_dropped_and_unknown_labels_corrected(model):
    rows = [
        {"text": "  换行\n也行  ", "topic": "天文", "kind": "吐槽"},
        {"text": ""},
        "不是对象",
        {"text": 7},
    ]
    model.answer = lambda body: (200, json.dumps({"messages": rows}))
    talk, notices = await talk_with(model, count=5)
    assert (talk[0].text, talk[0].topic, talk[0].kind) == ("换行 也行", "Python编程", "陈述")
    assert talk[1].source is Source.TEMPLATE
    assert len(notices) == 1


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((200, "今天天气不错"), "不是约定的 JSON"),
        ((200, '{"messages": 3}'), "不是约定的 JSON"),
        ((200, ""), "空的"),
        ((400, ""), "请求被拒绝（400）"),
        ((401, ""), "密钥被拒绝（401）"),
        ((404, ""), "没有模型"),
    ],
)
async def test_useless_model_means_templates_and_one_reason(model, answer, why):
    model.answer = lambda body: answer
    talk, notices = await talk_with(model)
    assert talk == from_templates(GROUP, seed=1, count=5)
    assert len(notices) == 1
    assert why in notices[0]


async def test_timeout_and_closed_port_mean_templates(model, monkeypatch):
    monkeypatch.setattr(llm, "_RETRIES", 0)  # 再试之前的停顿由 openai 定，这里不看它
    model.answer = lambda body: (None, "")
    talk, notices = await talk_with(model, timeout=0.05)
    assert talk == from_templates(GROUP, seed=1, count=5)
    assert "没有答复" in notices[0]
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # 占着不听：谁连谁被拒
        port = closed.getsockname()[1]
        _, notices = await talk_with(model, url=f"http://127.0.0.1:{port}/v1")
    assert "连不上" in notices[0]


async def test_without_any_configuration_nothing_is_asked(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    notices = []
    talk = await compose(
        GROUP,
        CONFIG.agent("assistant_tech"),
        CONFIG.platform("qq"),
        llm=CONFIG.llm,
        seed=3,
        count=15,
        notice=notices.append,
    )
    assert talk == from_templates(GROUP, seed=3, count=15)
    assert len(notices) == 1
    assert "没有配置" in notices[0]
