"""租户、智能体、编号与变故的句式。"""

from behave import given, step
from behave.runner import Context

from support.phrases import Change, Difference, Ident


@given("已开通租户{names:Names}")
async def step_open_tenants(context: Context, names: tuple[str, ...]) -> None:
    """开通若干租户，各有一个智能体和一把密钥。

    例：假如 已开通租户“科技公司”和“教育机构”
    """
    await context.world.open_tenants(names)


@given("{tenant:Text}还有智能体{name:Text}")
async def step_add_agent(context: Context, tenant: str, name: str) -> None:
    """同一家租户再添一个智能体。

    例：假如 “科技公司”还有智能体“售后助手”
    """
    await context.world.add_agent(tenant, name)


@step("{tenant:Text}的{change:Change}")
async def step_change(context: Context, tenant: str, change: Change) -> None:
    """租户、智能体或密钥发生变故，立刻生效。

    例：假如 “科技公司”的密钥被禁用
    """
    await context.world.change(tenant, change)


@given("{first:Text}和{second:Text}的{ident:Ident}只差{difference:Difference}")
def step_nearly_same_ids(
    context: Context, first: str, second: str, ident: Ident, difference: Difference
) -> None:
    """两位用户（或两个群）的编号几乎相同，只差一处。

    例：假如 “小王”和“小汪”的用户编号只差大小写
    """
    context.world.idents.nearly_same(first, second, ident, difference)


@given("{name:Text}的{ident:Ident}和{other:Text}的{kind:Ident}分别是{value:Text}和{another:Text}")
def step_set_ids(
    context: Context, name: str, ident: Ident, other: str, kind: Ident, value: str, another: str
) -> None:
    """指定两位用户（或两个群、一位用户与一个群）的编号。

    例：假如 “小王”的用户编号和“读书会”的群号分别是“1001”和“1001”
    """
    context.world.idents.set(ident, name, value)
    context.world.idents.set(kind, other, another)


@given("各家的消息编号都从1数起")
def step_same_message_ids(context: Context) -> None:
    """各家的消息编号互相重复。

    例：假如 各家的消息编号都从1数起
    """
    context.world.idents.same_messages()


@step("{tenant:Text}把人设改成{words:Text}")
async def step_set_persona(context: Context, tenant: str, words: str) -> None:
    """修改（第一个）智能体的人设。

    例：当 “科技公司”把人设改成“热情活泼”
    """
    await context.world.lore.set_persona(tenant, words)


@step("{tenant:Text}把模型换成{model:Text}")
async def step_set_model(context: Context, tenant: str, model: str) -> None:
    """更换（第一个）智能体所用的模型。

    例：假如 “科技公司”把模型换成“deep-1”
    """
    await context.world.lore.set_model(tenant, model)
