"""The periodic table: every element in its place, every value on its tile."""

from __future__ import annotations

import pytest
from matplotlib.colors import to_hex

from matxai.plotting.periodic_table import periodic_table, positions
from matxai.plotting.style import ABSENT
from matxai.quantities import Quantity

COUNT = Quantity("Compounds", unit="")


def tiles(figure) -> dict[str, str]:
    patches = [p for p in figure.axes[0].patches if (p.get_gid() or "").startswith("tile-")]
    return {p.get_gid().removeprefix("tile-"): to_hex(p.get_facecolor()) for p in patches}


@pytest.mark.parametrize(
    ("symbol", "place"),
    [("H", (1, 1)), ("He", (1, 18)), ("B", (2, 13)), ("Fe", (4, 8)), ("Ba", (6, 2)),
     ("Hf", (6, 4)), ("Ra", (7, 2)), ("Rn", (6, 18)),
     ("La", (8.4, 3)), ("Lu", (8.4, 17)), ("Ac", (9.4, 3)), ("Lr", (9.4, 17))],
)  # fmt: skip
def test_positions(symbol: str, place: tuple[float, int]) -> None:
    assert positions()[symbol] == place


def test_no_two_elements_share_a_place() -> None:
    assert len(set(positions().values())) == len(positions()) == 103


def test_values_stand_under_their_symbols_and_absent_is_grey() -> None:
    figure = periodic_table({"O": 1200, "Fe": 3, "Si": 0, "H": float("nan")}, COUNT, scale="log")
    colours = tiles(figure)
    assert len(colours) == 103
    assert {s for s, c in colours.items() if c != ABSENT.lower()} == {"O", "Fe"}
    assert (colours["Fe"], colours["O"]) == ("#440154", "#fde725")  # the ends of viridis
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts[texts.index("O") + 1] == "1200"
    assert texts[texts.index("Fe") + 1] == "3"


def test_zero_is_a_value_on_a_linear_scale() -> None:
    assert tiles(periodic_table({"O": 0, "H": 1}, COUNT))["O"] == "#440154"


@pytest.mark.parametrize("scale", ["linear", "log"])
@pytest.mark.parametrize("values", [{}, {"O": 4.0}])
def test_one_value_or_none(scale: str, values: dict[str, float]) -> None:
    figure = periodic_table(values, COUNT, scale=scale)
    figure.draw_without_rendering()
    assert len(set(tiles(figure).values()) - {ABSENT.lower()}) == len(values)


def test_bad_arguments() -> None:
    with pytest.raises(ValueError, match="Xx"):
        periodic_table({"Xx": 1}, COUNT)
    with pytest.raises(ValueError, match="linear, log"):
        periodic_table({"H": 1}, COUNT, scale="cubic")
