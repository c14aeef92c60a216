"""Networks trained on materials data, and explained: the library behind the workflow, usable without it."""
