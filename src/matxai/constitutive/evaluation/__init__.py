"""How well the networks predict stresses on unseen paths, step by step and in a closed loop.

`predictions.predict_steps` makes the table of predictions, `scores.evaluate` scores it, `residuals`
describes the errors, and `published` loads the networks of the published study.
"""
