"""苗圃的底子：先把句式编译一遍，分出来的工作进程不必再编。

几百条正则，占一个工作进程开张用时的一半；结果留在 re 的缓存里，登记的句式则用过即弃：
behave 照常自己登记。
"""

from support.lint.vocabulary import load_definitions
from support.play.opening import ROOT

load_definitions(ROOT / "steps")
