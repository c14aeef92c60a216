"""The files of a study, each declared once: where it stands, who makes it, what asks for it.

A rule names its outputs through a `Place`, and those that a person looks at through a `Target`. From
these declarations follow the named targets, the list of all results and the entries of the report.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import PurePosixPath
from typing import Any

_KINDS = {".csv": "table", ".json": "summary", ".html": "interactive", ".mp4": "video"}


@dataclass(frozen=True)
class Place:
    """A folder of results for each combination of its wildcards' values."""

    study: str
    path: str  # below the folder of the study, with wildcards such as ``{dataset}``
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # of each wildcard in it
    fixed: Mapping[str, str] = field(default_factory=dict)  # values that `split` has filled in

    def within(self, path: str, **values: Sequence[object]) -> Place:
        """A folder inside this one, with the values of the wildcards that ``path`` adds."""
        return replace(self, path=f"{self.path}/{path}").only(**values)

    def only(self, **values: Sequence[object]) -> Place:
        """The same folder for these values of some wildcards alone."""
        texts = {key: tuple(map(str, each)) for key, each in values.items()}
        return replace(self, values={**self.values, **texts})

    def split(self, *wildcards: str) -> list[Place]:
        """Places with all values of some wildcards filled in: those whose files one job makes together."""
        rest = {key: texts for key, texts in self.values.items() if key not in wildcards}
        combinations = product(*(self.values[key] for key in wildcards))
        chosen = (dict(zip(wildcards, texts, strict=True)) for texts in combinations)
        return [replace(self, values=rest, fixed={**self.fixed, **texts}) for texts in chosen]

    def file(self, name: str) -> str:
        """Path with open wildcards, for an input."""
        return f"results/{self.study}/{_filled(self.path, self.fixed)}/{name}"

    def output(self, name: str) -> str:
        """Path whose wildcards match the values of this place and nothing else, for an output."""
        # In the path, since a ``wildcard_constraints`` block holds for the rules of every line.
        held = {key: f"{{{key},{_pattern(texts)}}}" for key, texts in self.values.items()}
        return _filled(self.file(name), held)

    def files(self, *names: str, **values: str) -> list[str]:
        """Paths of these names for all values, or the given ones; ``{dataset}`` leaves a wildcard open."""
        chosen = self.only(**{key: [text] for key, text in values.items()})
        return [place.file(name) for place in chosen.split(*self.values) for name in names]

    def log(self, rule: str) -> str:
        """Path of a rule's log."""
        return f"logs/{self.study}/{_filled(self.path, self.fixed)}/{rule}.log"

    def benchmark(self, rule: str) -> str:
        """Path of what a rule took in time and memory."""
        return f"benchmarks/jobs/{self.study}/{_filled(self.path, self.fixed)}/{rule}.tsv"


@dataclass
class Target:
    """A name that a person can ask for, and the paths, without wildcards, of the results behind it.

    The description is one sentence for `snakemake --list-target-rules` and the README; the name of the
    line is the category in the report, and the section its subcategory.
    """

    name: str
    description: str
    line: Line
    section: str = ""
    files: list[str] = field(default_factory=list)

    def result(self, place: Place, name: str, caption: str | None = None) -> Any:
        """Declare an output that the report shows, with its caption.

        The name may hold a folder: ``statistics/prevalence.svg``. The caption stands in
        ``workflow/report/<line>/``, by default under the name of the file.
        """
        self.files += place.files(name)
        # Values of wildcards and the rest of the path are unique together, so the labels are as well.
        path = PurePosixPath(place.path).relative_to(self.line.name) / name
        words = [part for part in path.with_suffix("").parts if "{" not in part]
        labels = {
            key: f"{{{key}}}" if key in place.values else place.fixed.get(key, "all")
            for key in self.line.labels
        }
        labels["result"] = ", ".join(words).replace("_", " ")
        labels["kind"] = _KINDS.get(path.suffix, "figure")
        return self.line.report(
            place.output(name),
            caption=f"../../workflow/report/{self.line.name}/{caption or path.stem}.rst",
            category=self.line.name,
            subcategory=self.section,
            labels=labels,
        )

    def figure(self, place: Place, name: str, caption: str | None = None) -> dict[str, Any]:
        """Declare ``name.svg`` and its table ``name.csv``: outputs ``figure`` and ``table``."""
        figure = self.result(place, f"{name}.svg", caption)
        return {"figure": figure, "table": self.result(place, f"{name}.csv", caption)}

    def each(self, place: Place, names: Sequence[str], suffix: str, caption: str) -> list[Any]:
        """Declare one result for each of the names, all with one suffix and caption."""
        return [self.result(place, f"{name}{suffix}", caption) for name in names]

    def also(self, *paths: str) -> None:
        """Ask for files as well that the report does not show."""
        self.files += paths


@dataclass
class Line:
    """The results of one line of analysis: its folder and its named targets.

    The labels are the wildcards that tell its results apart in the report; ``look_first`` is the result
    that a person should open first; each folder of the groups has a target of its own.
    """

    name: str
    description: str
    labels: tuple[str, ...]
    place: Place
    report: Callable[..., Any]
    look_first: str = ""
    targets: list[Target] = field(default_factory=list)
    groups: list[Place] = field(default_factory=list)

    def target(self, name: str, description: str, section: str | None = None) -> Target:
        """Declare the target ``<line>_<name>``, shown in a section of the report."""
        section = section or name.replace("_", " ")
        self.targets.append(Target(f"{self.name}_{name}", description, self, section))
        return self.targets[-1]

    def group(self, place: Place) -> Place:
        """Let everything in each folder of a place be asked for as ``<line>_<folder>``."""
        self.groups.append(place)
        return place

    def all_targets(self) -> Iterator[Target]:
        """Every named target: the declared ones, one for each folder of a group, the line itself.

        Raises:
            ValueError: A folder has the name of a declared target.
        """
        files = [path for target in self.targets for path in target.files]
        names = {target.name for target in self.targets}
        yield Target(self.name, self.description, self, files=files)
        yield from self.targets
        for place in self.groups:
            for folder in place.files(""):
                word = folder.rstrip("/").rpartition("/")[2]
                name = f"{self.name}_{word}"
                if name in names:
                    problem = f"nothing can be called {word}, which names the target {name}"
                    raise ValueError(f"{self.name}: {problem}: rename it in the configuration")
                inside = [path for path in files if path.startswith(folder)]
                yield Target(name, f"Every result of {word}.", self, files=inside)


@dataclass
class Results:
    """All lines of a study, whose results stand in ``results/<study>/``; ``report`` is Snakemake's."""

    study: str
    report: Callable[..., Any]
    lines: list[Line] = field(default_factory=list)

    def line(self, name: str, description: str, *labels: str) -> Line:
        """Declare a line; ``labels`` are the wildcards that tell its results apart in the report."""
        line = Line(name, description, labels, Place(self.study, name), self.report)
        self.lines.append(line)
        return line

    def targets(self) -> list[Target]:
        """Every named target of every line."""
        return [target for line in self.lines for target in line.all_targets()]

    def files(self) -> list[str]:
        """Every result of every line."""
        return [path for line in self.lines for target in line.targets for path in target.files]


def _pattern(texts: Sequence[str]) -> str:
    """A pattern that matches these texts alone; none of them: nothing."""
    return "|".join(map(re.escape, texts)) or "(?!)"


def _filled(template: str, values: Mapping[str, str]) -> str:
    """The template with some of its wildcards filled in; ``str.format`` would want all of them."""
    return re.sub(r"\{(\w+)\}", lambda match: values.get(match[1], match[0]), template)
