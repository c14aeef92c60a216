"""Which inputs drive a neural stress-strain law, and what its recurrent state carries.

`gate.verified_inputs` comes before every explanation. `permutation`, `gradients` and `tangent` explain the
one-step network, `states` the recurrent one, and `summary` puts the results side by side.
"""
