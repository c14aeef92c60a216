"""What the jobs of a study took, beside what they had asked for: one row per rule.

`python benchmarks/job_resources.py default` reads what Snakemake measured of each job
(benchmarks/jobs/<study>/, made by any run) and prints a table; `--out FILE.csv` writes it too.
Largest values over the jobs of a rule: wall and CPU seconds, memory in MB (resident set of the job's
processes, looked at every 30 s at least, so a shorter peak can be missed), inputs in MB.
"""

from __future__ import annotations

import argparse
import ast
from pathlib import Path

import pandas as pd

JOBS = Path(__file__).parent / "jobs"


def read(study: str) -> pd.DataFrame:
    """One row per job of a study."""
    files = sorted((JOBS / study).rglob("*.tsv"))
    if not files:
        raise SystemExit(f"no measured jobs in {JOBS / study}: run the study first")
    jobs = pd.concat([pd.read_csv(file, sep="\t") for file in files], ignore_index=True)
    if "rule_name" not in jobs:
        raise SystemExit("measured without what was asked for: needs `benchmark-extended: true`")
    asked = jobs["resources"].map(ast.literal_eval)
    for name in ("mem_mb", "runtime", "gpu"):
        jobs[name] = [resources.get(name, 0) for resources in asked]
    jobs["inputs_mb"] = [_total(ast.literal_eval(text)) for text in jobs["input_size_mb"]]
    return jobs


def table(jobs: pd.DataFrame) -> pd.DataFrame:
    """One row per rule, the slowest first."""
    rules = jobs.groupby("rule_name")
    return (
        pd.DataFrame(
            {
                "jobs": rules.size(),
                "threads": rules["threads"].max(),
                "gpus": rules["gpu"].max(),
                "inputs_mb": rules["inputs_mb"].max().round(2),
                "wall_s": rules["s"].max().round(1),
                "cpu_s": rules["cpu_time"].max().round(1),
                "memory_mb": rules["max_rss"].max().round(),
                "asked_memory_mb": rules["mem_mb"].max(),
                "asked_minutes": rules["runtime"].max(),
            }
        )
        .rename_axis("rule")
        .sort_values("wall_s", ascending=False)
        .reset_index()
    )


def _total(sizes: dict[str, float] | float) -> float:
    return sum(sizes.values()) if isinstance(sizes, dict) else sizes


def main() -> None:
    """Print the table of one study."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("study")
    parser.add_argument("--out", type=Path, help="CSV file to write")
    arguments = parser.parse_args()
    rows = table(read(arguments.study))
    print(rows.to_string(index=False))
    if arguments.out:
        rows.to_csv(arguments.out, index=False)


if __name__ == "__main__":
    main()
