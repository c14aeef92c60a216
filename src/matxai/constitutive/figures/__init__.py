"""Static figures of neural stress-strain laws and of what their networks listen to.

All take the units of the data, ``matxai.constitutive.quantities.Units``, and name columns by them.

- Accuracy: `onepath` (one loading path), `residuals`, `tangent`.
- Explanations: `importance` (permutation, saliency, integrated gradients, all side by side), `states`.
"""
