"""Seconds that Snakemake takes to read the rules and plan a configuration, and the jobs it plans.

`python benchmarks/planning.py` times dry runs of every configuration of the project; nothing is
computed. Each is planned for an empty folder, where every job is still to be done.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
CONFIGURATIONS = ("config/smoke.yaml", "config.yaml", "config/paper.yaml")
REPEATS = 3


def plan(configuration: str) -> tuple[float, int]:
    """Wall seconds of one dry run, and its number of jobs."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        done = subprocess.run(
            [
                *(Path(sys.executable).with_name("snakemake"), "--dry-run", "--directory", folder),
                *("--configfile", PROJECT / configuration),
            ],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=True,
        )
        seconds = time.perf_counter() - start
    jobs = re.search(r"^total +(\d+)$", done.stdout, re.MULTILINE)
    assert jobs is not None, done.stdout[-2000:]
    return seconds, int(jobs.group(1))


def main() -> None:
    """Print one line a configuration."""
    for configuration in CONFIGURATIONS:
        runs = [plan(configuration) for _ in range(REPEATS)]
        times = sorted(seconds for seconds, _ in runs)
        print(f"{configuration:<20} {runs[0][1]:>6} jobs  {times[0]:.1f} to {times[-1]:.1f} s")


if __name__ == "__main__":
    main()
