"""Sources of compounds: the data inside the matminer wheel, and CSV files.

Every reader returns raw rows as text, so that each refusal can name its file, line and value. The
columns are part, file, line (the header being line 1), formula and target.
"""

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from matxai.composition.data.packages import package_file
from matxai.composition.settings.data import TransportSource, require_part
from matxai.learning.split import PARTS
from matxai.run.errors import InputError

_ARCHIVE = ("matminer", "matminer/utils/data_files/mp_transport/transport_database.tar.xz")
_MEMBER = "transport_database.csv"  # its only member

# Doping with 1e18 carriers/cm3 turns the sign of a gapped compound's Seebeck coefficient and leaves
# a metal's alone. |S_p - S_n| of the 47,737 compounds has two humps: 37 % lie below 50 uV/K, 62 %
# above 300, 1 % between.
METAL_SEEBECK_DIFFERENCE = 100.0


def read_transport(settings: TransportSource) -> pd.DataFrame:
    """Read the DFT transport properties of Ricci et al. 2017 (Sci. Data 4:170085).

    They were computed with BoltzTraP at 300 K and 1e18 carriers/cm3 with a constant relaxation time of
    1e-14 s; tensors are averaged. The units are uV/K for S, S/m for sigma, uW/(m K^2) for PF, uW/(m K)
    for kappa and electron masses for m. The column part is empty. The additional column metal tells
    whether both dopings give the same Seebeck coefficient; the target ``metal`` is the same as 0 or 1.
    """
    table = pd.read_csv(package_file(*_ARCHIVE), dtype=str, keep_default_na=False)
    p_type, n_type = (pd.to_numeric(table[name], errors="coerce") for name in ("S_p", "S_n"))
    difference = (p_type - n_type).abs()
    metal = difference < METAL_SEEBECK_DIFFERENCE
    # A compound without both coefficients is neither class: no target.
    classes = metal.astype(int).astype(str).where(difference.notna(), "")
    return pd.DataFrame(
        {
            "part": "",
            "file": _MEMBER,
            "line": np.arange(2, len(table) + 2),
            "formula": table["pretty_formula"],
            "target": classes if settings.target == "metal" else table[settings.target],
            "metal": metal,
        }
    )


def read_parts(files: Mapping[str, str | Path]) -> pd.DataFrame:
    """Read the three CSV files of a data set, given by part; further columns are ignored.

    Raises:
        InputError: A file is missing, no UTF-8 text, without rows, or has not both columns exactly once.
    """
    return pd.concat([_read_part(part, Path(files[part])) for part in PARTS], ignore_index=True)


def _read_part(part: str, path: Path) -> pd.DataFrame:
    require_part(part, path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle)
            names = list(reader.fieldnames or [])
            counts = {name: names.count(name) for name in ("formula", "target")}
            problems = [f"no column {name}" for name, count in counts.items() if not count]
            problems += [f"{count} columns {n}" for n, count in counts.items() if count > 1]
            if problems:
                raise InputError(
                    " and ".join(problems),
                    file=path,
                    where="line 1",
                    value=",".join(names),
                    expected="a header with one column formula and one column target",
                    fix="name the columns formula,target",
                )
            rows = [
                (part, path.name, reader.line_num, row["formula"] or "", row["target"] or "")
                for row in reader
            ]
    except UnicodeDecodeError as error:
        raise InputError(
            f"not UTF-8 text: {error.reason}", file=path, fix="save the table as UTF-8 CSV"
        ) from error
    if not rows:
        raise InputError(
            f"the {part} part holds no rows",
            file=path,
            expected="a header and at least two rows",
            fix="give rows with formula and target below the header",
        )
    return pd.DataFrame(rows, columns=["part", "file", "line", "formula", "target"])
