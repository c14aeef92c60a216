"""Networks trained on materials data, and explained.

A line of analysis is a package (`composition`, `constitutive`). The other packages are shared by all lines:
`learning`, `attribution`, `store` and `plotting` on `statistics`, `run` and `config`.
"""
