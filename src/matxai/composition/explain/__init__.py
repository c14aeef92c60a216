"""Which elements of a compound a prediction depends on, and whether attention shows it.

`contributions` takes the share of each element from the network's own output, `importance` measures it
in all other ways, and `faithfulness` compares attention with them.
"""
