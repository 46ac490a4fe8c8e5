"""报告：把一次运行的记录写成人读的样子。

职责：Allure 结果与网页、裁决的证据、文字报告、JUnit。
不做什么：不裁决、不计数；每个数字与结论都来自 `ScenarioRecord` 或 `results.json`。
只有本包可以引用 allure。
"""
