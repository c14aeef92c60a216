"""Published test errors, and the data that they are of."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd
import yaml

DATA_FILES = ("published.yml",)  # read by the staleness tracking
DATA_COLUMNS = ("part", "formula", "target")  # what the digest of a prepared table is of


@dataclass(frozen=True)
class Published:
    """What a paper states for one data set: values by model, in the unit of the data."""

    name: str
    data_sha256: str
    metric: str
    source: str
    models: dict[str, float]


def data_digest(compounds: pd.DataFrame) -> str:
    """SHA-256 of what a prepared table holds: part, formula and target of its rows, in any order.

    A published value compares with ours only where training, validation and test part are the same,
    whatever the data set is called here.
    """
    rows = zip(*(compounds[name] for name in DATA_COLUMNS), strict=True)
    lines = sorted(f"{part},{formula},{float(target)!r}" for part, formula, target in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@cache
def published() -> dict[str, Published]:
    """Every data set of ``published.yml`` by the digest of its data."""
    text = Path(__file__).with_name(DATA_FILES[0]).read_text(encoding="utf-8")
    content = yaml.safe_load(text)
    return {
        entry["data_sha256"]: Published(
            **entry | {"name": name, "source": content["sources"][entry["source"]]}
        )
        for name, entry in content["datasets"].items()
    }
