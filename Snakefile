# matxai: networks trained on materials data, and explained. See README.md.
from pathlib import Path

from snakemake.utils import min_version

min_version("9.27")

# The folder of this checkout, whatever folder the results go to (--directory).
ROOT = Path(str(workflow.current_basedir))

# A configuration file of your own replaces config.yaml: what it leaves out has the typed default.
if not workflow.configfiles:

    configfile: ROOT / "config.yaml"


report: "workflow/report/workflow.rst"


include: "rules/common.smk"
include: "rules/environments/environments.smk"


for LINE in STUDY.lines():

    include: f"rules/{LINE}/{LINE}.smk"


try:
    TARGETS = RESULTS.targets()
except ValueError as error:
    raise WorkflowError(str(error)) from None

for TARGET in TARGETS:

    rule:
        name:
            TARGET.name
        input:
            TARGET.files,

    workflow.get_rule(TARGET.name).docstring = TARGET.description


rule all:
    """Every result of the study."""
    default_target: True
    input:
        RESULTS.files(),


onsuccess:
    look_first = [line.look_first for line in RESULTS.lines if line.look_first]
    print(
        *closing_lines(
            STARTED, Path("results", STUDY.study), ", ".join(look_first)
        ),
        sep="\n",
    )
