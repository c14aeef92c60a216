"""Line `constitutive`: which inputs drive a neural stress-strain law.

A one-step and a recurrent network learn stresses from strain paths, and are compared with the exact law
(`laws`). `settings.line.Constitutive` holds all settings. The packages follow the order of the work:
`data`, `network`, `evaluation`, `explain`, `figures`.
"""
