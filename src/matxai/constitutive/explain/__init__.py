"""Which inputs drive a neural stress-strain law, and what its recurrent state carries.

`importance.verified_inputs` comes before every explanation. `importance` and `tangent` explain the one-step
network, `states` the recurrent one, and `summary` puts the results side by side.
"""
