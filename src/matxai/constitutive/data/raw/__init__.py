"""Raw files of a case in three layouts, each read into paths, or into refusals with a reason.

`readers.READERS` holds the reader of each layout, `files.files_of` lists its files, and `paths` defines
a path.
"""
