"""Write the README's tables of named targets as the rules declare them.

`python docs/write_targets.py` says whether they are current (exit code 1 if not); with `--fix` it
rewrites them. A table stands between `<!-- targets: LINE -->` and `<!-- end of targets -->`.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
SNAKEMAKE = Path(sys.executable).with_name("snakemake")
_BLOCK = re.compile(r"(<!-- targets: (\w+) -->\n).*?(<!-- end of targets -->)", re.DOTALL)


def declared() -> dict[str, str]:
    """Name and description of every target of the default configuration."""
    listed = subprocess.run(
        [SNAKEMAKE, "--list-target-rules"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return dict(re.findall(r"^(\w+) \((.*)\)$", listed.stdout, re.MULTILINE))


def table(line: str, targets: dict[str, str]) -> str:
    """The table of one line; what asks for everything of one data set or case is left out."""
    rows = [
        f"| `{name}` | {text} |\n"
        for name, text in targets.items()
        if name.startswith(f"{line}_") and not text.startswith("Every result of")
    ]
    return "".join(["| ask for | get |\n", "|---|---|\n", *rows])


def main() -> int:
    """Compare or rewrite the tables."""
    targets, text = declared(), README.read_text(encoding="utf-8")
    current = _BLOCK.sub(lambda block: block[1] + table(block[2], targets) + block[3], text)
    if current == text:
        return 0
    if "--fix" in sys.argv:
        README.write_text(current, encoding="utf-8")
    print(f"README.md: {'rewritten' if '--fix' in sys.argv else 'out of date; --fix rewrites it'}")
    return 0 if "--fix" in sys.argv else 1


if __name__ == "__main__":
    sys.exit(main())
