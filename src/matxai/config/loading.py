"""Reading of the configuration, with errors that say what to write instead."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from matxai.config.base import Block
from matxai.config.problems import paragraphs


class ConfigError(ValueError):
    """The configuration cannot be used; the message lists every problem with its fix."""


def load(
    model: type[Block],
    given: Path | Mapping[str, Any],
    files: Sequence[Path | str] = (),
    command_line: Mapping[str, Any] | None = None,
) -> Block:
    """Read settings from a YAML file, or from the `config` that Snakemake has merged.

    Args:
        model: The root model of the settings.
        given: Path of a YAML or JSON file, or the merged mapping.
        files: The files that a merged mapping came from (`workflow.configfiles` in a Snakefile):
            named in errors, and searched for repeated keys, of which YAML silently keeps the last.
        command_line: What `--config` gave to a merged mapping (`workflow.config_settings.config`):
            Snakemake reads `--config 'composition={train: {epochs: 9}}'` with every value as text.

    Raises:
        ConfigError: All problems at once, each with key, value, what is allowed and the fix.
    """
    if isinstance(given, Path):
        files, values = (given,), _read(given)
    else:
        values = _typed(given, command_line or {})
    repeated = [problem for file in files for problem in _repeated_keys(Path(file))]
    if repeated:
        raise ConfigError(_message(files, repeated))
    try:
        return model.from_plain(values)
    except ValidationError as error:
        raise ConfigError(_message(files, paragraphs(error, model))) from None


def _typed(values: Mapping[str, Any], texts: Mapping[str, Any]) -> dict[str, Any]:
    """Give the values, with the texts nested in `texts` read as the YAML scalars they spell."""
    typed = dict(values)
    for key, block in texts.items():
        if isinstance(block, Mapping):
            scalars = {k: _scalars(v) for k, v in block.items() if not isinstance(v, Mapping)}
            typed[key] = _typed(values[key], block) | scalars
    return typed


def _scalars(item: object) -> object:
    if isinstance(item, list):
        return [_scalars(entry) for entry in item]
    return yaml.safe_load(item) if isinstance(item, str) else item


def _message(files: Sequence[Path | str], problems: Sequence[str]) -> str:
    names = [_short(Path(file)) for file in files]
    where = ", ".join([*names, "--config"]) if names else "configuration"
    if len(names) == 1:
        where = f"{names[0]} (or --config)"
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return "\n".join([f"{where}: {count}", *problems])


def _short(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _read(path: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        fix = "give the path of a configuration file"
        raise ConfigError(f"{_short(path)}: no such file. Fix: {fix}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        problem = f"not valid YAML in UTF-8: {error}\n  fix: indent with spaces only"
        raise ConfigError(f"{_short(path)}: {problem}") from None
    if values is None:
        return {}
    if not isinstance(values, dict):
        kind = type(values).__name__
        raise ConfigError(f"{_short(path)}: expected `key: value` lines, found {kind}")
    return values


def _repeated_keys(path: Path) -> list[str]:
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError):
        return []  # a file that cannot be read is its reader's to report
    return [] if root is None else list(_repeats(root, ()))


def _repeats(node: yaml.Node, path: tuple[str, ...]) -> Iterator[str]:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeats(item, path)
    if not isinstance(node, yaml.MappingNode):
        return
    first: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        here = (*path, str(key.value))
        if key.value in first:
            yield (
                f"  {'.'.join(here)}: stands on line {first[key.value]} and again on line {line}\n"
                "    fix: keep one of the two"
            )
        first.setdefault(key.value, line)
        yield from _repeats(value, here)
