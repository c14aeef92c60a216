# What every line's rules use. Plain Python only.
import re
import sys
from functools import cache, partial
from pathlib import Path

sys.path.insert(0, str(Path(workflow.basedir, "src")))

from matxai.config.loading import ConfigError, load, plain
from matxai.run.requests import by_size
from matxai.run.provenance import code_digest, library_versions

try:
    SETTINGS = load(config, workflow.configfiles, workflow.config_settings.config)
except ConfigError as error:
    raise WorkflowError(str(error)) from None

SCRIPTS = Path(workflow.basedir, "workflow", "scripts")
ROOTS = [SCRIPTS, SCRIPTS.parents[1] / "src"]
SYNTAX = Path(
    ".snakemake", "matxai-syntax"
)  # every job reads the rules again: remember parsed files

# Lists of files by named target; `all` asks for every one of them.
TARGETS: dict[str, list[str]] = {}


def targets(wildcards):
    """Everything that the lines which are switched on produce."""
    return [path for paths in TARGETS.values() for path in paths]


# Both are functions, asked when a job needs its params: the process that runs one job, which reads all
# rules, then digests one script and not all of them.
digest = cache(partial(code_digest, roots=ROOTS, cache=SYNTAX))
versions = cache(partial(library_versions, roots=ROOTS, cache=SYNTAX))


def code(script):
    """Digest of all code that a script reaches, a param: a changed function re-runs its users."""
    return lambda wildcards: digest(SCRIPTS / script)


def libs(script):
    """Versions of the third-party packages that a script reaches, a param as well."""
    return lambda wildcards: versions(SCRIPTS / script)


def exactly(*texts):
    """Wildcard pattern that matches these texts and nothing else."""
    # An empty pattern would be no constraint at all.
    return "|".join(re.escape(text) for text in texts) or r"(?!)"


def shown(path, caption, category, subcategory, **labels):
    """An output that the report shows, with the table beside each figure labelled as such."""
    kind = {".csv": "table", ".html": "interactive", ".mp4": "video"}.get(
        Path(path).suffix, "figure"
    )
    return report(
        path,
        caption=f"../workflow/report/{caption}.rst",
        category=category,
        subcategory=subcategory,
        labels={**labels, "kind": kind},
    )


def shown_from(folder, category, **labels):
    """`shown` for the files of one folder: a function of file, caption, subcategory, further labels."""
    return lambda file, caption, subcategory, **more: shown(
        f"{folder}/{file}", caption, category, subcategory, **labels, **more
    )
