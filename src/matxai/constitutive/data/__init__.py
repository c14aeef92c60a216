"""Loading paths: raw files generated from a law or read, and the table of steps made of them."""
