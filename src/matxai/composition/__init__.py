"""Line `composition`: what an attention network knows about elements and compounds.

Networks predict a property from a formula, and are explained by their attention, their element vectors
and the contributions of elements. `settings.line.Composition` holds all settings. The packages follow the
order of the work: `data`, `elements`, `oxidation`, `network`, `evaluation`, `attention`, `umap`, `explain`,
`figures`.
"""
