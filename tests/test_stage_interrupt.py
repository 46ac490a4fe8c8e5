"""打断落在一个任务里：收场之前一层层收完，不在收场的半路再抛。"""

from __future__ import annotations

import asyncio

import pytest

from support.play.stage import end


async def a_task_is_interrupted():
    """刷屏的一句正说着就被打断：等着它的两层都还没收尾。"""

    async def chatter():
        await asyncio.sleep(0)
        raise KeyboardInterrupt

    async def flood():
        await asyncio.gather(chatter(), asyncio.Event().wait())

    noise = asyncio.create_task(flood())
    try:
        await asyncio.Event().wait()
    finally:
        await noise


@pytest.fixture
def interrupted():
    """一个循环，与被打断的步骤留在里面的任务。"""
    loop = asyncio.new_event_loop()
    with pytest.raises(KeyboardInterrupt):
        loop.run_until_complete(a_task_is_interrupted())
    tasks = list(asyncio.all_tasks(loop))
    yield loop, tasks
    end(tasks, loop, hurried=lambda: False)
    loop.close()


def test_an_interrupt_inside_a_task_is_over_before_the_cleaning_begins(interrupted):
    loop, tasks = interrupted
    end(tasks, loop, hurried=lambda: False)
    assert all(task.done() for task in tasks)
    assert loop.run_until_complete(asyncio.sleep(0, "收场")) == "收场"


def test_a_second_interrupt_is_not_waited_out(interrupted):
    loop, tasks = interrupted
    with pytest.raises(KeyboardInterrupt):
        end(tasks, loop, hurried=lambda: True)
