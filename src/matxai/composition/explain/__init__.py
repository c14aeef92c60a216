"""Which elements of a compound a prediction depends on, and whether attention shows it.

`contributions` takes the share of each element from the network's own output, and
`contribution_summary` summarises it over compounds. `importance.importances` measures importance in all
other ways, `fraction_gradients` among them, and `faithfulness.agreement` compares attention with them.
"""
