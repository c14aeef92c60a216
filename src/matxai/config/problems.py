"""What a validation error means to the person who wrote the configuration."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from matxai.config.base import FOLDER_NAME_RULE

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

Schema = Mapping[str, Any]
_KINDS = {
    "integer": "a whole number",
    "number": "a finite number",
    "string": "text",
    "boolean": "true or false",
    "array": "a list",
    "object": "a block of keys",
    "null": "null",
}
_BOUNDS = {
    "exclusiveMinimum": "above",
    "minimum": "at least",
    "exclusiveMaximum": "below",
    "maximum": "at most",
    "multipleOf": "a multiple of",
    "minItems": "with this many entries or more:",
    "pattern": "of the form",
}


def explain(error: ValidationError, schema: Schema, values: Mapping[str, Any]) -> list[str]:
    """One indented paragraph a problem: key, value, what is expected, fix.

    ``schema`` is the JSON schema of the model, ``values`` the JSON-plain input.
    """
    book = _SchemaBook(schema)
    problems = error.errors(include_url=False)
    return [_paragraph(item, book, values) for item in problems if not _follows(item, problems)]


def _follows(problem: ErrorDetails, problems: list[ErrorDetails]) -> bool:
    """Whether a list only counts as too short because an entry of it is refused already."""
    loc = problem["loc"]
    return problem["type"] == "too_short" and any(
        len(other["loc"]) > len(loc) and other["loc"][: len(loc)] == loc for other in problems
    )


class _SchemaBook:
    """Finds the schema of any key that is, or could be, in a configuration."""

    def __init__(self, schema: Schema) -> None:
        self.root = schema

    def resolve(self, node: Schema, value: object) -> tuple[Schema, str | None]:
        """Follow references, drop ``| null``, pick a union's member; with the tag that did."""
        tag = None
        while True:
            if "$ref" in node:
                node = self.root["$defs"][node["$ref"].rsplit("/", 1)[1]]
            elif "anyOf" in node:
                node = next(item for item in node["anyOf"] if item.get("type") != "null")
            elif "discriminator" in node and isinstance(value, Mapping):
                choice = node["discriminator"]
                tag = str(value.get(choice["propertyName"]))
                if tag not in choice["mapping"]:
                    return node, None
                node = {"$ref": choice["mapping"][tag]}
            else:
                return node, tag

    @staticmethod
    def child(node: Schema, part: str | int) -> Schema:
        """Schema of one key or entry of a resolved node; empty when it has none."""
        if isinstance(part, int):
            found = node.get("items", {})
        elif part in node.get("properties", {}):
            found = node["properties"][part]
        else:
            found = next(iter(node.get("patternProperties", {}).values()), {})
        return found if isinstance(found, Mapping) else {}

    def keys(self, node: Schema, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
        """Every key below a node; ``<name>`` stands for a name that the user chooses."""
        node, _ = self.resolve(node, None)
        for member in node.get("oneOf", ()):
            yield from self.keys(member, path)
        for key, item in node.get("properties", {}).items():
            yield (*path, key)
            yield from self.keys(item, (*path, key))
        for item in node.get("patternProperties", {}).values():
            yield from self.keys(item, (*path, "<name>"))

    def locate(
        self, loc: tuple[str | int, ...], values: object
    ) -> tuple[tuple[str | int, ...], Schema, Schema]:
        """Path, own schema and parent's schema of an error's location.

        Pydantic puts the tag of a union's member into the location; the path leaves it out.
        """
        node, parent, path = self.root, self.root, []
        value = values
        for part in loc:
            resolved, tag = self.resolve(node, value)
            if part == tag:
                node = resolved
                continue
            parent, node = resolved, self.child(resolved, part)
            path.append(part)
            if isinstance(value, Mapping):
                value = value.get(str(part))
            elif isinstance(value, list) and isinstance(part, int) and part < len(value):
                value = value[part]
            else:
                value = None
        return tuple(path), node, parent


def _paragraph(problem: ErrorDetails, book: _SchemaBook, values: Mapping[str, Any]) -> str:
    path, node, parent = book.locate(problem["loc"], values)
    kind, given = problem["type"], problem["input"]
    if kind == "extra_forbidden":
        return _unknown(path, given, parent, book)
    if path and path[-1] == "[key]":
        return _lines(
            f"{_dotted(path[:-1])}: {given!r} is no usable name",
            f"expected: {FOLDER_NAME_RULE}",
            "fix: rename it; it becomes the name of a folder",
        )
    if kind in {"union_tag_invalid", "union_tag_not_found"}:
        field = node["discriminator"]["propertyName"]
        tag = given.get(field) if isinstance(given, Mapping) else None
        choices = ", ".join(node["discriminator"]["mapping"])
        stated = "is missing" if tag is None else f"= {_shown(tag)}"
        return _lines(
            f"{_dotted((*path, field))} {stated}",
            f"expected: one of {choices}",
            f"fix: write `{field}: ` and one of them",
        )
    if kind == "missing":
        return _lines(
            f"{_dotted(path)} is missing",
            f"expected: {_expected(node, book)}",
            f"fix: add a line `{path[-1]}: ...`",
        )
    if kind == "value_error":
        return _lines(f"{_dotted(path)}: {problem['ctx']['error']}")
    return _lines(
        f"{_dotted(path)} = {_shown(given)}",
        f"expected: {_expected(node, book)}",
        f"fix: {_fix(path, node, given, book)}",
    )


def _unknown(path: tuple[str | int, ...], given: object, parent: Schema, book: _SchemaBook) -> str:
    siblings = list(parent.get("properties", {}))
    nearest = _nearest(path, siblings, book)
    fix = f"write `{nearest}` instead, or delete the key" if nearest else "delete the key"
    return _lines(
        f"{_dotted(path)} = {_shown(given)}: unknown key",
        f"allowed here: {', '.join(siblings)}",
        *([f"nearest known key: {nearest}"] if nearest else []),
        f"fix: {fix}",
    )


def _nearest(path: tuple[str | int, ...], siblings: list[str], book: _SchemaBook) -> str | None:
    """A close sibling, else the same key elsewhere, else the closest of all keys."""
    key = str(path[-1])
    close = difflib.get_close_matches(key, siblings, 1, cutoff=0.7)
    if close:
        return _dotted((*path[:-1], close[0]))
    everywhere = list(book.keys(book.root))
    same = [known for known in everywhere if known[-1] == key]
    if same:
        return _dotted(same[0])
    close = difflib.get_close_matches(key, [known[-1] for known in everywhere], 1, cutoff=0.6)
    return next((_dotted(known) for known in everywhere if known[-1:] == tuple(close)), None)


def _expected(node: Schema, book: _SchemaBook) -> str:
    null = any(item.get("type") == "null" for item in node.get("anyOf", ()))
    inner, _ = book.resolve(node, None)
    about = node.get("description") or inner.get("description")
    if "enum" in inner or "const" in inner:
        choices = inner.get("enum", [inner.get("const")])
        text = ("one of " if len(choices) > 1 else "") + ", ".join(map(str, choices))
    else:
        text = _KINDS.get(inner.get("type", ""), "a value")
        bounds = [f"{words} {inner[key]}" for key, words in _BOUNDS.items() if key in inner]
        if "pattern" in inner and about:  # the description says it in words
            bounds.pop()
        if "minLength" in inner:
            bounds.append("that is not empty")
        text = " ".join([text, " and ".join(bounds)]).strip()
    if null:
        text += ", or null"
    return f"{text} ({about.rstrip('.')})" if about else text


def _fix(path: tuple[str | int, ...], node: Schema, given: object, book: _SchemaBook) -> str:
    key = path[-1] if path else "..."
    match book.resolve(node, None)[0].get("type"), given:
        case "string", bool():
            fix = "put quotes around it: YAML reads a bare yes, no, on or off as true or false"
        case "string", int() | float():
            fix = f'put quotes around it: "{given}"'
        case "integer" | "number", str():
            fix = "write a plain number, without quotes and unit"
        case "array", bool() | int() | float() | str():
            fix = f"write a list: `{key}: [{_shown(given)}]`"
        case "object", _:
            fix = "indent its keys below it, or leave it out for its defaults"
        case _ if "default" in node:
            default = _shown(node["default"])
            fix = f"write e.g. `{key}: {default}`, the default, or leave the key out"
        case _:
            fix = "write such a value"
    return fix


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _dotted(path: tuple[str | int, ...]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".") or "the whole configuration"


def _lines(head: str, *details: str) -> str:
    return "\n".join([f"  {head}", *(f"    {detail}" for detail in details)])
