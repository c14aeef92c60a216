"""How well networks and baselines predict a property, and how sure they are.

`scores` is of one network, `accuracy` compares models, and `summary` data sets.
"""
