"""压测：话按排好的时刻到来，句句记账，越界的审计一直开着。

数据的路：强度（profile）→ 时刻（arrivals）→ 说与听（engine、lane）→ 流水（journal）
→ 逐句的账（account）→ 分布（spread）→ 过不过关（thresholds）→ 报告。
"""
