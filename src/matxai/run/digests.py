"""Short names for long things: digests of values and files."""

import hashlib
import json
from pathlib import Path


def digest(*values: object) -> str:
    """Compute the SHA-256 of JSON-plain values, in which the order of keys does not count."""
    text = json.dumps(values, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def file_digest(path: str | Path) -> str:
    """Compute the SHA-256 of a file's bytes."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
