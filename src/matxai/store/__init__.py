"""Arrays that are kept in Zarr between jobs: each item is computed once and stored whole or not at all."""

from matxai.store.features import FeatureStore
from matxai.store.files import packed_group, whole_file

__all__ = ["FeatureStore", "packed_group", "whole_file"]
