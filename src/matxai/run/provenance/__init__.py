"""What a script's results depend on besides its inputs: its code and its libraries."""

from __future__ import annotations

from matxai.run.provenance.closure import code_digest
from matxai.run.provenance.libraries import library_versions

__all__ = ["code_digest", "library_versions"]
