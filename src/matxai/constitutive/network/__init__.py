"""Networks that learn stresses: a perceptron for one step, and a recurrent one for a whole path."""
