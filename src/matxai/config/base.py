"""The base of every settings model, and the types that its fields share."""

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple, Self, TypeVar

import pydantic
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

Block = TypeVar("Block", bound="SettingsBlock")
Entry = TypeVar("Entry")
_EXPONENT = re.compile(r"[-+]?\d+(\.\d*)?[eE][-+]?\d+")


class SettingsBlock(BaseModel):
    """Frozen settings: unknown keys, wrong types, NaN and infinity are errors.

    The string below a field is its description, in the schema and in error messages. A field that
    only states another type or default than that of a base class shares its description.
    """

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, allow_inf_nan=False, validate_default=True,
        use_attribute_docstrings=True,
    )  # fmt: skip

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: pydantic.GetCoreSchemaHandler
    ) -> Any:
        for name, field in cls.__pydantic_fields__.items():
            bases = (getattr(base, "__pydantic_fields__", {}).get(name) for base in cls.__bases__)
            about = next(
                (one.description for one in (field, *bases) if one and one.description), ""
            )
            field.description = " ".join(about.split()) or None
        return handler(source)

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> Self:
        """Make settings of JSON-plain values, such as a script finds in `snakemake.params`.

        Validation runs on JSON because strict Python validation would refuse a list for a tuple.

        Raises:
            pydantic.ValidationError: All problems at once; `matxai.config.loading.load` turns them
                into a readable message.
        """
        # YAML reads an unquoted 2024-01-01 as a date; its string is what was written.
        return cls.model_validate_json(json.dumps(values, default=str))

    def plain(self) -> dict[str, Any]:
        """Give the values as JSON-plain ones, which Snakemake's `params` track faithfully."""
        return self.model_dump(mode="json")

    def only(self, base: type[Block]) -> Block:
        """Give the values of the fields that come from one of the base classes of this model.

        A rule receives what its script reads and nothing else: `explain.only(Permutation).plain()`.
        """
        if not isinstance(self, base):
            raise TypeError(f"{type(self).__name__} has no fields of {base.__name__}")
        return base.from_plain(self.model_dump(mode="json", include=set(base.model_fields)))


def _yaml_number(value: object) -> object:
    """Read `1e-3` as a number, which YAML 1.1 takes for text, for want of a decimal point."""
    return float(value) if isinstance(value, str) and _EXPONENT.fullmatch(value) else value


def _distinct(values: tuple[Any, ...]) -> tuple[Any, ...]:
    repeated = sorted({str(value) for value in values if values.count(value) > 1})
    if repeated:
        raise ValueError(f"each entry may stand once: delete the repeats of {', '.join(repeated)}")
    return values


FOLDER_NAME_RULE = (
    "letters, digits, '_', '-' and '.', at most 64, first a letter or digit, last no '.'"
)
FolderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9_.-]{0,62}[A-Za-z0-9_-])?$")]
# The constraint stands before the validator: the JSON schema shows only constraints on the number.
_Reading = BeforeValidator(_yaml_number)
Positive = Annotated[float, Field(gt=0), _Reading]
NonNegative = Annotated[float, Field(ge=0), _Reading]
OpenFraction = Annotated[float, Field(gt=0, lt=1), _Reading]
Share = Annotated[float, Field(ge=0, lt=1), _Reading]
Count = Annotated[int, Field(ge=1)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]
Text = Annotated[str, Field(min_length=1)]
Distinct = AfterValidator(_distinct)
# At least one entry, each once.
Several = Annotated[tuple[Entry, ...], Field(min_length=1), Distinct]
Number = Annotated[float, _Reading]


class Bounds(NamedTuple):
    """Both ends of a range of numbers, written `[low, high]`."""

    low: Number
    high: Number


def _increasing(bounds: Bounds) -> Bounds:
    if bounds.low > bounds.high:
        raise ValueError(f"[{bounds.low:g}, {bounds.high:g}] runs downwards: write [low, high]")
    return bounds


Range = Annotated[Bounds, AfterValidator(_increasing)]
