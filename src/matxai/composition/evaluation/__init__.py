"""How well networks and baselines predict a property, and how sure they are.

`scores.evaluate` scores one network on every part, `baselines` predicts without a network,
`accuracy.accuracy_table` compares all of them, and `summary.summary_table` puts data sets side by side with
published values. `target` says what a target is called.
"""
