# What the rules of every line use. Plain Python only.
import sys
import time
from functools import cache, partial
from pathlib import Path

sys.path.insert(0, str(ROOT / "src"))

from matxai.config.loading import ConfigError, load
from matxai.run.closing import closing_lines
from matxai.run.provenance import code_digest, library_versions
from matxai.run.requests import by_size
from matxai.run.results import Results
from matxai.run.terminal import calm_terminal, past_seconds
from matxai.study import Study

try:
    STUDY = load(Study, config, workflow.configfiles, workflow.config_settings.config)
except ConfigError as error:
    raise WorkflowError(str(error)) from None

RESULTS = Results(STUDY.study, report)
STARTED = time.time()
TORCH, TENSORFLOW = "../../envs/torch.yaml", "../../envs/tensorflow.yaml"
SCRIPTS = ROOT / "workflow" / "scripts"
# Priority of the rules that take longest: they start first, and what is short fits in beside them.
LONG = 1

# Every process of a cluster's job reads the rules again: parsed modules are remembered.
READING = {"roots": [ROOT / "src"], "cache": Path(".snakemake", "matxai-modules")}
digest = cache(partial(code_digest, **READING))
versions = cache(partial(library_versions, **READING))


def script_file(name):
    """Path of a script, `<line>/<verb_object>.py`, from a line's folder of rules."""
    return f"../../workflow/scripts/{name}"


def tracked(name):
    """The params by which a changed script runs again: all code that it reaches, and its libraries.

    Both are functions, so that a process which runs one job digests one script.
    """
    return {
        "code": lambda wildcards: digest(SCRIPTS / name),
        "libs": lambda wildcards: versions(SCRIPTS / name),
    }


# The process of a cluster's job says what it does in full.
if workflow.is_main_process:
    calm_terminal(
        past_seconds(
            Path("benchmarks", "jobs", STUDY.study),
            ROOT / "benchmarks" / "job_resources.csv",
        )
    )
