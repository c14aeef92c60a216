"""The raw files of a case, checked: those that its layout needs exist, and lie in its folder."""

from __future__ import annotations

from pathlib import Path

from matxai.constitutive.settings.layouts import LAYOUTS, files_of
from matxai.run.errors import InputError


def needed_files(layout: str, root: str | Path) -> list[Path]:
    """List the files of a layout.

    Raises:
        InputError: If the folder is missing, or lacks a file that the layout needs.
    """
    root = Path(root)
    expected = f"{' and '.join(LAYOUTS[layout])} below it (layout: {layout})"
    fix = "correct `path` or `layout` of the case, or put the files there"
    if not root.is_dir():
        raise InputError("the folder is missing", file=root, expected=expected, fix=fix)
    for pattern in LAYOUTS[layout]:
        if not any(root.glob(pattern)):
            problem = f"the folder holds no {pattern}"
            raise InputError(problem, file=root, expected=expected, fix=fix)
    return files_of(layout, root)


def lies_within(path: Path, root: str | Path) -> bool:
    """Tell whether a file is in the folder of the case after links are followed."""
    return path.resolve().is_relative_to(Path(root).resolve())
