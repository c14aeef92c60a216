"""Settings: the base of every model, the types of its fields, reading with errors that say the fix.

This floor knows no line of analysis; the root model is `matxai.study.Study`.
"""
