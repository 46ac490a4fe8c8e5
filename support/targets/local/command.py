"""``python -m support target maibot up|down|status``：本机的主线版 MaiBot。

职责：读选项、把结果说成中文。不做什么：起停的活（instance）。
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from support.arguments import Parser, natural, path
from support.targets.local import state
from support.targets.local.instance import Instance, TermsNotAccepted, Wishes

_EXAMPLES = """例子：
  python -m support target maibot up                 装好、显示条款；还没有同意就停在这里
  python -m support target maibot up --accept-eula   我读过并同意：初始化、起好
  python -m support --target maibot                  对着它跑
  python -m support target maibot down               停掉、删净
"""
#: 配置里的三个，与规格里直接写出的几个；没有声明的平台，实例确认了也不作答。
_PLATFORMS = ("qq", "wechat", "discord", "qq_1", "qq-1", "x-qq", "q_", "qqq")


def main(arguments: Sequence[str]) -> int:
    """入口；返回退出码。"""
    options = _parser().parse_args(arguments)
    instance = Instance(state.home(), lambda text: print(text, flush=True))
    if options.action == "down":
        return _down(instance, keep=options.keep_environment)
    if options.action == "status":
        return _status(instance)
    return _up(instance, options)


def _parser() -> Parser:
    parser = Parser(
        prog="python -m support target",
        description="在本机装、起、收一台真实的主线版 MaiBot，给规格当目标。",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("target", choices=("maibot",), help="哪一种；能自动装起来的目前只有它")
    add("action", choices=("up", "down", "status"), help="起、收、看")
    add("--accept-eula", action="store_true", help="我读过并同意它的用户协议与隐私条款")
    add("--python", type=path, metavar="文件", help="用哪个 Python（3.12 或 3.13；缺省自己找）")
    add("--keys", type=natural, default=8, metavar="把数", help="放行几把密钥（缺省 8）")
    add("--platforms", nargs="+", default=_PLATFORMS, metavar="平台", help="声明哪些平台")
    for name, what in (("api", "消息面"), ("legacy", "旧版消息面"), ("model", "观察站")):
        help_ = f"{what}的端口（缺省任选）"
        add(f"--{name}-port", type=natural, default=0, metavar="端口", help=help_)
    add("--keep-environment", action="store_true", help="down 时留着装好的环境，下次起得快")
    return parser


def _up(instance: Instance, options: argparse.Namespace) -> int:
    wishes = Wishes(
        python=options.python,
        accept_eula=options.accept_eula,
        keys=options.keys,
        platforms=tuple(options.platforms),
        api_port=options.api_port,
        legacy_port=options.legacy_port,
        model_port=options.model_port,
    )
    try:
        born = instance.up(wishes)
    except TermsNotAccepted as refused:
        print("\n\n".join(refused.texts))
        print("以上是 MaiBot 的用户协议与隐私条款。环境已经装好，实例还没有建立。")
        print("  同意之后：python -m support target maibot up --accept-eula")
        print("  不同意：python -m support target maibot down 把环境也删掉")
        return 2
    print(f"已就绪：主线版麦麦 {born.version}，{born.api_url}，{len(born.keys)} 把密钥")
    print("  接着：python -m support --target maibot")
    print("  收掉：python -m support target maibot down")
    return 0


def _down(instance: Instance, *, keep: bool) -> int:
    stopped = instance.down(keep_environment=keep)
    print("已停下并删净。" if stopped else "没有在运行的实例；残留已删净。")
    return 0


def _status(instance: Instance) -> int:
    running = state.read(instance.folder)
    if running is None:
        print("没有实例。起一台：python -m support target maibot up --accept-eula")
        return 3
    if not state.alive(running):
        print("实例已经不在了（进程没了）。收拾残留：python -m support target maibot down")
        return 3
    print(f"在运行：主线版麦麦 {running.version}，进程 {running.pid}")
    print(f"  消息面 {running.api_url}，旧版 {running.legacy_url}")
    print(f"  平台 {'、'.join(running.platforms)}；密钥 {len(running.keys)} 把")
    print(f"  它把模型指到 http://127.0.0.1:{running.model_port}/v1（运行规格时观察站在那里）")
    return 0
