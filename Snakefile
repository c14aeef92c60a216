# matxai: networks trained on materials data, and explained. See README.md.
from snakemake.utils import min_version

min_version("9.27")

# A configuration file of your own replaces config.yaml: what it leaves out has the typed default.
# The path is that of this checkout, whatever folder the results go to (--directory).
if not workflow.configfiles:

    configfile: f"{workflow.basedir}/config.yaml"


report: "workflow/report/workflow.rst"


include: "rules/common.smk"


wildcard_constraints:
    study=exactly(SETTINGS.study),
    seed=r"\d+",


rule all:
    default_target: True
    input:
        targets,


include: "rules/environments.smk"


if SETTINGS.composition:

    include: "rules/composition.smk"


if SETTINGS.constitutive:

    include: "rules/constitutive.smk"
