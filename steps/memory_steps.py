"""记得、不记得与人设的裁决句式。"""

from behave import then
from behave.runner import Context

from support.phrases import Carry, Recall, Speaker


@then("{tenant:Text}的麦麦{recall:Recall}{words:Text}")
def step_recall(context: Context, tenant: str, recall: Recall, words: str) -> None:
    """裁决：最近一次回答这家时，记得、不记得还是只记得那句话。

    例：那么 “科技公司”的麦麦记得“新品发布会改到周三下午”
    """
    context.world.judge.recall(tenant, recall, words)


@then("麦麦回答{speaker:Speaker}时{recall:Recall}{words:Text}")
def step_recall_for(context: Context, speaker: Speaker, recall: Recall, words: str) -> None:
    """裁决：最近一次回答这位时，记得、不记得还是只记得那句话。

    例：那么 麦麦回答“科技公司”的“小王”在群“架构群”里时记得“缓存改用两级结构”
    """
    context.world.judge.recall(speaker, recall, words)


@then("麦麦回答{speaker:Speaker}时{carry:Carry}人设{words:Text}")
def step_persona_for(context: Context, speaker: Speaker, carry: Carry, words: str) -> None:
    """裁决：最近一次回答这位时，带没带着这段人设。

    例：那么 麦麦回答“科技公司”的“小王”时带着人设“热情活泼”
    """
    context.world.judge.persona(speaker, carry, words)


@then("每次作答都带着智能体自己的人设")
def step_own_persona(context: Context) -> None:
    """裁决：本场景每次作答，模型都看到了该智能体自己的人设。

    例：那么 每次作答都带着智能体自己的人设
    """
    context.world.judge.own_persona()


@then("场景里的每个话题都聊到")
def step_topics(context: Context) -> None:
    """裁决：配置里的每个话题都有一句得到回复的话。

    例：而且 场景里的每个话题都聊到
    """
    context.world.judge.topics()


@then("麦麦回答{speaker:Speaker}时用的模型是{model:Text}")
def step_model_for(context: Context, speaker: Speaker, model: str) -> None:
    """裁决：最近一次回答这位时，用的是这个模型。

    例：那么 麦麦回答“科技公司”的“小王”时用的模型是“deep-1”
    """
    context.world.judge.model(speaker, model)
