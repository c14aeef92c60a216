"""Which inputs drive a neural stress-strain law, and what its recurrent state carries."""
