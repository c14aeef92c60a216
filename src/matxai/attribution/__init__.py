"""General methods that explain a network by its inputs, each in one module.

They take any network with one output per row: `permutation.permutation_importance`, `saliency.gradients`
and `saliency.saliency`, `integrated_gradients.integrated_gradients`.
"""
