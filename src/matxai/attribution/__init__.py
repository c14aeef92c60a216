"""General methods that explain any network with one output per row by its inputs.

`gradients.saliency` and `gradients.integrated_gradients` follow the derivative, and
`permutation.permutation_importance` measures what a shuffled input costs.
"""
