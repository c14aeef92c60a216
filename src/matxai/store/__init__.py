"""Arrays that are kept in Zarr between jobs: an item is computed once, and is stored whole or not at all.

`FeatureStore` holds the arrays of items under keys of their content; `whole_file` and `packed_group`
write one file, or one Zarr group as a zip file, that appears only once it is complete.
"""

from matxai.store.features import FeatureStore
from matxai.store.files import packed_group, whole_file

__all__ = ["FeatureStore", "packed_group", "whole_file"]
