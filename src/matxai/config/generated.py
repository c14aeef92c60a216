"""config.yaml and its JSON schema, written from the settings models."""

import argparse
import json
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic.fields import FieldInfo

from matxai.config.base import SettingsBlock

CONFIG = Path("config.yaml")
SCHEMA = Path("workflow/schemas/config.schema.json")
WIDTH = 100
_HEADER = f"""\
# yaml-language-server: $schema={SCHEMA.as_posix()}
# The default run, every key at its default. Generated from the settings models:
# `python -m matxai.study --fix` rewrites it after a change there.
# A run of your own is a file that states what differs: `snakemake --configfile my.yaml` reads
# my.yaml instead of this file, and every key it leaves out has the default shown here.
"""


def config_yaml(default: SettingsBlock) -> str:
    """Write config.yaml: the default settings, with a comment above every key."""
    return _HEADER + "\n" + "\n".join(_lines(default)) + "\n"


def config_schema(model: type[SettingsBlock]) -> str:
    """Write the JSON schema that editors check a configuration against."""
    draft = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(draft | model.model_json_schema(), indent=2, ensure_ascii=False) + "\n"


def generated_files(default: SettingsBlock) -> dict[Path, str]:
    """Write every generated file: path relative to the repository root, and its text."""
    return {CONFIG: config_yaml(default), SCHEMA: config_schema(type(default))}


def _lines(values: SettingsBlock | Mapping[str, Any], pad: str = "") -> Iterator[str]:
    """Write the keys, indented by ``pad``, with a comment above those that settings describe."""
    for name, value in dict(values).items():
        if isinstance(values, SettingsBlock):
            yield from _comment(type(values).model_fields[name], pad)
        elif isinstance(value, SettingsBlock):
            yield from _wrapped(value.__doc__ or "", pad)
        if isinstance(value, SettingsBlock | Mapping):
            yield f"{pad}{name}:"
            yield from _lines(value, f"{pad}  ")
        else:
            plain = list(value) if isinstance(value, tuple) else value
            text = yaml.safe_dump(plain, default_flow_style=True, allow_unicode=True, width=10_000)
            scalar = text.strip().removesuffix("...").strip()
            yield f"{pad}{name}: {scalar}"


def _comment(field: FieldInfo, pad: str) -> Iterator[str]:
    """Write description, choices and, as YAML to copy, the examples of a field."""
    text, choices = field.description or "", _choices(field.annotation)
    if len(choices) > 1:
        many = "Any" if "tuple[" in str(field.annotation) else "One"
        text += f" {many} of: {', '.join(map(str, choices))}."
    yield from _wrapped(text, pad)
    for example in field.examples or ():
        yield f"{pad}# Or:"
        shown = yaml.safe_dump(example, sort_keys=False, allow_unicode=True)
        yield from textwrap.indent(shown, f"{pad}#   ").splitlines()


def _wrapped(text: str, pad: str) -> Iterator[str]:
    prefix = f"{pad}# "
    for paragraph in text.split("\n\n"):
        yield from textwrap.wrap(
            " ".join(paragraph.split()), WIDTH, initial_indent=prefix, subsequent_indent=prefix
        )


def _choices(annotation: Any) -> list[object]:
    """List the values of the Literals in a type, e.g. those of the entries of a list."""
    choices: list[object] = []
    for part in get_args(annotation):
        if isinstance(part, str | int):
            choices.append(part)
        elif not (isinstance(part, type) and issubclass(part, SettingsBlock)):
            choices += _choices(part)
    return choices


def main(default: SettingsBlock) -> int:
    """Check or, with `--fix`, rewrite the generated files of the repository that holds this module.

    Returns:
        Exit code: 1 where a file is out of date, else 0.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fix", action="store_true", help="rewrite what is out of date")
    fix = parser.parse_args().fix
    root = Path(__file__).resolve().parents[3]
    stale = False
    for path, text in generated_files(default).items():
        file = root / path
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            stale = True
            print(f"{path}: {'rewritten' if fix else 'out of date; --fix rewrites it'}")
            if fix:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
    return int(stale and not fix)
