"""How well the networks predict stresses on unseen paths, step by step and in a closed loop.

`scores.evaluate` predicts the steps and scores the predictions, `residuals` describes the errors, `summary`
puts all cases side by side, and `published` loads the networks of the published study.
"""
