"""Settings: the base of every model, the types of its fields, reading with errors that say the fix.

`base.SettingsBlock` is the base, `loading.load` reads a configuration, `problems` words what is wrong with
it, and `generated` writes config.yaml and its schema. This floor knows no line of analysis.
"""
