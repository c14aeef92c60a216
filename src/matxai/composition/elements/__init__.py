"""Elements as vectors: published ones, and how alike elements are in any such table."""
