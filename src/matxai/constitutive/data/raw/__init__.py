"""Raw files of a case in three layouts, each read into paths, or into refusals with a reason.

`tfrecords` and `numpy_files` read and write them, `paths` says what a path must hold, and `safe_pickle`
opens a pickled array without running what the file says.
"""
