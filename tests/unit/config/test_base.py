"""What a settings block gives to a rule."""

import json

import pytest
from pydantic import Field

from matxai.config.base import Range, SettingsBlock


class Permutation(SettingsBlock):
    repeats: int = Field(default=10, ge=1)


class Gradients(SettingsBlock):
    points: int = 50
    bounds: Range | None = None


class Explain(Permutation, Gradients):
    paths: tuple[int, ...] = (1, 2)


class Sized(SettingsBlock):
    size: int = 3
    """How many there are,
    counted by hand."""


class Large(Sized):
    size: int = 300


EXPLAIN = Explain.from_plain({"repeats": 3, "bounds": [-1, 2.5]})


def test_plain_values_are_those_that_json_knows():
    plain = EXPLAIN.plain()
    assert plain == {"repeats": 3, "points": 50, "bounds": [-1.0, 2.5], "paths": [1, 2]}
    assert plain == json.loads(json.dumps(plain))
    assert Explain.from_plain(plain) == EXPLAIN


def test_only_the_fields_of_a_base_are_given():
    assert EXPLAIN.only(Permutation) == Permutation(repeats=3)
    assert EXPLAIN.only(Gradients).plain() == {"points": 50, "bounds": [-1.0, 2.5]}
    changed = EXPLAIN.model_copy(update={"repeats": 4})
    assert changed.only(Gradients) == EXPLAIN.only(Gradients)


def test_only_a_base_can_be_given():
    with pytest.raises(TypeError, match="Permutation has no fields of Gradients"):
        Permutation().only(Gradients)


@pytest.mark.parametrize("model", [Sized, Large])
def test_the_string_below_a_field_describes_it_and_what_overrides_it(model):
    about = "How many there are, counted by hand."
    assert model.model_fields["size"].description == about
    assert model.model_json_schema()["properties"]["size"]["description"] == about
