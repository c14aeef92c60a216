"""Raw files of a case in three layouts, each read into paths, or into refusals with a reason."""
