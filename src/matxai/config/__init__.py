"""Settings: the base of every model, the types of its fields, reading with errors that say the fix.

This floor knows no line of analysis; the root model is `matxai.study.Study`. Used by the lines:
`base.SettingsBlock` and the types beside it. Used by the rules: `loading.load`, `loading.ConfigError`.
`generated` writes config.yaml and its JSON schema.
"""
