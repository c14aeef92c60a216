"""Make the library in `src/` importable; every script imports this module first.

Snakemake runs a temporary copy of a script but appends the folder of the original to the search
path, so this file is found, and the library from it, whatever the working directory. A variable
such as PYTHONPATH would not do: conda environments clear it.
"""

import sys
from pathlib import Path

SOURCE = str(Path(__file__).resolve().parents[3] / "src")

if SOURCE not in sys.path:
    sys.path.insert(0, SOURCE)
