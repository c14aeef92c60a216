"""How well the networks predict stresses on unseen paths, step by step and in a closed loop."""
