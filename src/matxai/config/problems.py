"""What a validation error means to the person who wrote the configuration."""

import difflib
import json
from collections.abc import Iterator, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, to_jsonable_python

from matxai.config.base import FOLDER_NAME_RULE

Path = tuple[str | int, ...]
_KINDS = {
    "integer": "a whole number",
    "number": "a finite number",
    "string": "text",
    "boolean": "true or false",
    "array": "a list",
    "object": "a block of keys",
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


def paragraphs(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """Describe every problem in an indented paragraph: key, value, what is expected, fix."""
    problems = error.errors(include_url=False)
    return [_paragraph(item, model) for item in problems if not _is_consequence(item, problems)]


def _is_consequence(problem: ErrorDetails, problems: list[ErrorDetails]) -> bool:
    """Whether a list only counts as too short because an entry of it is refused already."""
    loc = problem["loc"]
    return problem["type"] == "too_short" and any(
        len(other["loc"]) > len(loc) and other["loc"][: len(loc)] == loc for other in problems
    )


class _Place(NamedTuple):
    """A place in a configuration: its path, type and, if it is a key of a model, that and its field."""

    path: Path
    annotation: Any
    model: type[BaseModel] | None = None
    field: FieldInfo | None = None


def _place(model: type[BaseModel], loc: Path) -> _Place:
    """Find the place of an error, whose location holds the tag of a union's member as well."""
    place = _Place((), model)
    for part in loc:
        path = (*place.path, part)
        members, parameters = _members(place.annotation), get_args(_bare(place.annotation))
        if len(members) > 1:
            chosen = [member for member in members if str(part) in _tags(member)]
            place = _Place(place.path, chosen[0] if chosen else Any)
        elif members:
            field = members[0].model_fields.get(str(part))
            kind: Any = Any if field is None else field.annotation
            if field is not None and field.metadata:
                kind = Annotated[(kind, *field.metadata)]
            place = _Place(path, kind, members[0], field)
        else:  # a user's name, or the position in a list
            entry = parameters[0 if isinstance(part, int) else -1] if parameters else Any
            place = _Place(path, entry)
    return place


def _bare(kind: Any) -> Any:
    """Strip a type of its annotations and of `None` as an alternative."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in {Union, UnionType}:
        kinds = [member for member in get_args(kind) if member is not NoneType]
        return _bare(kinds[0]) if len(kinds) == 1 else Union[tuple(kinds)]  # noqa: UP007 - of a list
    return kind


def _members(kind: Any) -> list[type[BaseModel]]:
    """List the models that a value of this type may be: several for a union."""
    bare = _bare(kind)
    if get_origin(bare) is Union:
        return [model for member in get_args(bare) for model in _members(member)]
    return [bare] if isinstance(bare, type) and issubclass(bare, BaseModel) else []


def _tags(model: type[BaseModel]) -> list[str]:
    """List the values of a model's fields that can hold one value only, such as `source`."""
    choices = (get_args(field.annotation) for field in model.model_fields.values())
    return [values[0] for values in choices if len(values) == 1 and isinstance(values[0], str)]


def _keys(kind: Any, path: Path = ()) -> Iterator[Path]:
    """List every key below a type; `<name>` stands for a name that the user chooses."""
    if get_origin(_bare(kind)) is dict:
        yield from _keys(get_args(_bare(kind))[1], (*path, "<name>"))
    for model in _members(kind):
        for key, field in model.model_fields.items():
            yield (*path, key)
            yield from _keys(field.annotation, (*path, key))


def _paragraph(problem: ErrorDetails, model: type[BaseModel]) -> str:
    kind, given, loc = problem["type"], problem["input"], problem["loc"]
    place = _place(model, loc)
    key = _dotted(place.path)
    if kind == "value_error":
        return f"  {key}: {problem['ctx']['error']}"
    head = f"{key} = {_shown(given)}"
    details = {"expected": _expected(place), "fix": _fix(place, given)}
    if kind == "extra_forbidden":
        head += ": unknown key"
        details = _details_of_unknown(place, model)
    elif kind == "missing":
        head = f"{key} is missing"
        details["fix"] = f"add a line `{place.path[-1]}: ...`"
    elif kind in {"union_tag_invalid", "union_tag_not_found"}:
        name = problem["ctx"]["discriminator"].strip("'")
        head = f"{key}.{name} " + (f"= {_shown(given[name])}" if name in given else "is missing")
        choices = sorted(tag for member in _members(place.annotation) for tag in _tags(member))
        details["expected"] = f"one of {', '.join(choices)}"
        details["fix"] = f"write `{name}: ` and one of them"
    elif loc[-1:] == ("[key]",):
        head = f"{_dotted(loc[:-1])}: {given!r} is no usable name"
        details["expected"] = FOLDER_NAME_RULE
        details["fix"] = "rename it; it becomes the name of a folder"
    return "\n".join([f"  {head}", *(f"    {name}: {text}" for name, text in details.items())])


def _details_of_unknown(place: _Place, model: type[BaseModel]) -> dict[str, str]:
    siblings = list(place.model.model_fields) if place.model else []
    details = {"allowed here": ", ".join(siblings)}
    if nearest := _nearest(place.path, siblings, model):
        details["nearest known key"] = nearest
    instead = f"write `{nearest}` instead, or " if nearest else ""
    return details | {"fix": f"{instead}delete the key"}


def _nearest(path: Path, siblings: list[str], model: type[BaseModel]) -> str | None:
    """Find a close sibling, else the same key elsewhere, else the closest of all keys."""
    key = str(path[-1])
    if close := difflib.get_close_matches(key, siblings, 1, cutoff=0.7):
        return _dotted((*path[:-1], close[0]))
    everywhere = {str(known[-1]): known for known in reversed(list(_keys(model)))}
    close = difflib.get_close_matches(key, everywhere, 1)
    return _dotted(everywhere[close[0]]) if close else None


def _schema(place: _Place) -> Mapping[str, Any]:
    """Give the JSON schema of what may stand in a place, apart from null."""
    schema = TypeAdapter(place.annotation).json_schema()
    inner = next((kind for kind in schema.get("anyOf", ()) if kind.get("type") != "null"), schema)
    return schema["$defs"][inner["$ref"].rsplit("/", 1)[1]] if "$ref" in inner else inner


def _expected(place: _Place) -> str:
    schema = _schema(place)
    about = (place.field and place.field.description) or schema.get("description")
    choices = schema.get("enum", [schema["const"]] if "const" in schema else [])
    if choices:
        text = ("one of " if len(choices) > 1 else "") + ", ".join(map(str, choices))
    else:
        text = _KINDS.get(schema.get("type", ""), "a value")
        # A description says in words what a pattern says.
        keys = [key for key in _BOUNDS if key in schema and not (key == "pattern" and about)]
        bounds = [f"{_BOUNDS[key]} {schema[key]}" for key in keys]
        if "minLength" in schema:
            bounds.append("that is not empty")
        text = " ".join([text, " and ".join(bounds)]).strip()
    if NoneType in get_args(place.annotation):
        text += ", or null"
    return f"{text} ({about.rstrip('.')})" if about else text


def _fix(place: _Place, given: object) -> str:
    key = place.path[-1] if place.path else "..."
    match _schema(place).get("type"), given:
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
        case _ if place.field and not place.field.is_required():
            default = _shown(to_jsonable_python(place.field.get_default()))
            fix = f"write e.g. `{key}: {default}`, the default, or leave the key out"
        case _:
            fix = "write such a value"
    return fix


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _dotted(path: Path) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".") or "the whole configuration"
