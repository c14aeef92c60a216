"""A line that is added needs files in its own rooms, and two lines elsewhere."""

import pytest

from tests.project import copy_project

pytestmark = pytest.mark.e2e

OWN = {
    "src/matxai/toy/__init__.py": '"""A line for a test."""\n',
    "src/matxai/toy/settings.py": '''"""Settings of the line `toy`."""

from pydantic import Field

from matxai.config.base import Count, FolderName, SettingsBlock


class Toy(SettingsBlock):
    """Parabolas, drawn."""

    parabolas: dict[FolderName, Count] = Field(
        default={"steep": 3, "flat": 1}, description="Steepness of each parabola."
    )
''',
    "src/matxai/toy/figures.py": '''"""Figures of the line `toy`."""

from matplotlib.figure import Figure


def parabola_figure(table):
    """Draw y over x."""
    figure = Figure()
    figure.subplots().plot(table["x"], table["y"])
    return figure
''',
    "workflow/scripts/toy/plot_toy_parabola.py": '''"""Draw one parabola."""

import _bootstrap  # noqa: F401
import pandas as pd
from matxai.plotting.style import save
from matxai.run.job import job
from matxai.toy.figures import parabola_figure

with job(snakemake) as run:
    table = pd.DataFrame({"x": range(5)})
    table["y"] = run.params.steepness * table["x"] ** 2
    table.to_csv(run.output.table, index=False)
    save(parabola_figure(table), run.output.figure)
''',
    "workflow/report/toy/parabola.rst": "A parabola named {{ snakemake.wildcards.network }}.\n",
    "rules/toy/toy.smk": '''TOY = STUDY.toy
TOY_LINE = RESULTS.line("toy", "Parabolas.", "network")
# A wildcard of another line's name: it must not reach that line's rules, nor theirs this one.
TOY_PARABOLA = TOY_LINE.group(TOY_LINE.place.within("{network}", network=TOY.parabolas))
TOY_CURVES = TOY_LINE.target("curves", "Every parabola as a curve.")


rule plot_toy_parabola:
    """Draw one parabola."""
    output:
        **TOY_CURVES.figure(TOY_PARABOLA, "parabola"),
    log:
        TOY_PARABOLA.log("plot_toy_parabola"),
    params:
        steepness=lambda wildcards: TOY.parabolas[wildcards.network],
        **tracked("toy/plot_toy_parabola.py"),
    script:
        script_file("toy/plot_toy_parabola.py")
''',
}
CONFIG = "study: try\ntoy: {}\ncomposition: {}\n"


def test_a_toy_line_runs_with_two_lines_elsewhere(tmp_path):
    project = copy_project(tmp_path, "toy.yaml")
    bootstrap = (project.folder / "workflow/scripts/composition/_bootstrap.py").read_text()
    for path, text in (OWN | {"workflow/scripts/toy/_bootstrap.py": bootstrap}).items():
        file = project.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (project.folder / "toy.yaml").write_text(CONFIG)
    study = project.folder / "src/matxai/study.py"
    anchors = {
        "from matxai.config import generated\n": "from matxai.toy.settings import Toy\n",
        "    constitutive: Constitutive | None = line(Constitutive)\n": "    toy: Toy | None = line(Toy)\n",
    }
    text = study.read_text()
    for anchor, added in anchors.items():
        assert anchor in text
        assert added.count("\n") == 1
        text = text.replace(anchor, added + anchor)
    study.write_text(text)

    project.snakemake("toy")
    results = project.folder / "results/try/toy"
    assert (results / "steep/parabola.csv").read_text().splitlines()[2] == "1,3"
    assert (results / "flat/parabola.svg").read_text().startswith("<?xml")
    listed = project.snakemake("--list-target-rules")
    for name in ("toy (Parabolas.)", "toy_curves (Every", "toy_steep (Every", "composition_parity"):
        assert f"\n{name}" in listed
    # Networks of the other line are told apart from parabolas of the same wildcard.
    plan = project.snakemake("--dry-run", "composition_training", "toy")
    assert "plot_toy_parabola" not in plan
    assert "train_crabnet" in plan
    assert "Nothing to be done" in project.snakemake("toy_flat")
    project.edit("src/matxai/toy/figures.py", '"x"], table', '"x"], 2 * table').__enter__()
    assert project.stale("toy") == {"plot_toy_parabola"}
