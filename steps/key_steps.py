"""密钥的句式。"""

from behave import then, when
from behave.runner import Context

from support.phrases import KeyRef


@when("有人先拿{good:Key}、再拿{bad:Key}说{words:Text}")
async def step_knock(context: Context, good: KeyRef, bad: KeyRef, words: str) -> None:
    """陌生人先后拿两把密钥说同一句话；前一把是对照。

    例：当 有人先拿“科技公司”的密钥、再拿“科技公司”的已禁用的密钥说“在吗”
    """
    await context.world.pretence.knock(good, bad, words)


@then("先放行、后拒绝")
def step_accepted_then_refused(context: Context) -> None:
    """裁决：前一把得到回复，后一把被明确拒绝，模型也没看见那句话。

    例：那么 先放行、后拒绝
    """
    context.world.judge.knock()


@then("{tenant:Text}的提问只用自己的模型密钥")
def step_provider_key(context: Context, tenant: str) -> None:
    """裁决：为这家作答的每次模型调用都用它自己的模型密钥。

    例：那么 “科技公司”的提问只用自己的模型密钥
    """
    context.world.judge.provider_key(tenant)
