"""Oxidation states guessed from a formula, as pymatgen ranks them first but much faster.

`guess.guess` answers for one composition. `tables` guesses those of whole data sets, reads and writes the
guesses, and summarises them by data set and by element.
"""
