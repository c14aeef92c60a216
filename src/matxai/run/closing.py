"""The last words of a run: how long it took, where to look first, and the key numbers."""

import csv
import time
from pathlib import Path

from matxai.run.progress import duration

# A line of analysis may leave such a table in its folder, one row per number.
KEY_NUMBERS = "key_numbers.csv"
KEY_NUMBER_COLUMNS = ("quantity", "value", "ci_low", "ci_high", "unit")


def closing_lines(started: float, folder: Path, first: str | Path) -> list[str]:
    """Write what a person wants to read when a run, which began at ``started``, has ended well.

    The key numbers are those of the tables `key_numbers.csv` one folder below the study's, of whose
    columns `ci_low`, `ci_high` (bounds of an interval) and `unit` may be empty.
    """
    lines = [f"Done in {duration(time.time() - started)}.", f"Look first at {first}"]
    for table in sorted(folder.glob(f"*/{KEY_NUMBERS}")):
        with table.open(newline="", encoding="utf-8") as source:
            numbers = [_key_number(row) for row in csv.DictReader(source)]
        lines.append(f"Key numbers of {table.parent.name}: {'; '.join(numbers)}")
    return lines


def _key_number(row: dict[str, str]) -> str:
    text = f"{row['quantity']} {_number(row['value'])}"
    if row["ci_low"] and row["ci_high"]:
        text += f" [{_number(row['ci_low'])}, {_number(row['ci_high'])}]"
    return f"{text} {row['unit']}".rstrip()


def _number(text: str) -> str:
    number = float(text)
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.3g}"
