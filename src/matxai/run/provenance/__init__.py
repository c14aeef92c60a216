"""What a script's results depend on besides its inputs: its code and its libraries.

Both are params of every script rule, so that a change of either makes the results stale.
"""

from matxai.run.provenance.imports import code_digest, library_versions

__all__ = ["code_digest", "library_versions"]
