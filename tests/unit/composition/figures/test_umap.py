"""UMAP figures and pages show what stands in planted tables; which of them a configuration asks for."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import colormaps
from matplotlib.colors import to_hex

from matxai.composition.figures.umap import (
    global_page,
    global_umap_figure,
    local_page,
    local_umap_figure,
    one_row_each,
    stability_figure,
)
from matxai.composition.umap.summary import stability_summary
from matxai.plotting.style import ABSENT
from matxai.quantities import Quantity

TARGET = Quantity("Hardness", unit="GPa")
FORMULAS = ["FeO", "Fe2O3", "NaN", "Fe3O4"]


def local_points():
    """Four compositions, two layers; in layer 1 the value of the first two is the same."""
    table = pd.DataFrame(
        {
            "element": "Fe", "reduced": FORMULAS, "formula": FORMULAS, "part": "train",
            "compounds": [1, 2, 1, 1], "fraction": [0.5, 0.4, 0.1, 0.2],
            "target": [0.0, 10.0, 4.0, 6.0], "prediction": [1.0, 2.0, 3.0, 9.0],
            "error": [1.0, 8.0, 1.0, 3.0], "oxidation_state": [2.0, 3.0, np.nan, 8 / 3],
        }
    )  # fmt: skip
    frames = []
    for layer in (1, 2):
        for kind in ("value", "context"):
            point = [0, 0, 1, 2] if (layer, kind) == (1, "value") else [0, 1, 2, 3]
            places = {
                "point": point,
                "x": [float(p) for p in point],
                "y": [layer + p for p in point],
            }
            frames.append(table.assign(layer=layer, kind=kind, **places))
    return pd.concat(frames, ignore_index=True)


def stability(skipped=()):
    rows = [
        {
            "scope": "local", "element": "Fe", "layer": layer, "kind": kind, "points": 4,
            "available": 7000, "compositions": 4,
            "trustworthiness": 0.9, "overlap": 0.7, "chance": 0.1,
            "skipped": "too few" if (layer, kind) in skipped else "",
        }
        for layer in (1, 2)
        for kind in ("value", "context")
    ]  # fmt: skip
    return pd.DataFrame(rows)


def colours(axes):
    """Colour by x of the points in one panel."""
    (points,) = axes.collections
    return dict(zip(points.get_offsets()[:, 0], points.get_facecolors().tolist(), strict=True))


def test_local_figure_has_a_panel_for_each_map_and_colour():
    figure = local_umap_figure(local_points(), stability(), TARGET, "Fe")
    grid = figure.axes[:16]
    assert [axes.get_title().split("\n")[0] for axes in grid[:4]] == [
        "layer 1, value", "layer 1, output", "layer 2, value", "layer 2, output",
    ]  # fmt: skip
    labels = [axes.get_ylabel().replace("\n", " ") for axes in figure.axes[16:]]
    assert labels == [
        "Molar fraction", "Hardness, true (GPa)", "Hardness, predicted (GPa)",
        "Mean oxidation state",
    ]  # fmt: skip
    assert figure.get_suptitle() == "Fe; 4 compositions of 7,000, drawn at random"
    assert len(colours(grid[0])) == 3  # two compositions at one place are one point
    assert len(colours(grid[1])) == 4
    fraction, target, prediction, oxidation = (colours(grid[4 * row + 1]) for row in range(4))
    assert target != prediction
    assert target[0.0][:3] == pytest.approx(colormaps["viridis"](0.0)[:3])
    assert prediction[0.0][:3] != pytest.approx(target[0.0][:3])  # 1 on the scale from 0 to 10
    assert len(set(map(tuple, fraction.values()))) == 4
    grey = [x for x, colour in oxidation.items() if to_hex(colour).upper() == ABSENT]
    assert grey == [2.0]  # no state was found for the third composition


def test_coincident_compositions_have_their_mean():
    points = local_points()
    figure = local_umap_figure(points, stability(), TARGET, "Fe")
    merged = colours(figure.axes[4])[0.0]  # target, layer 1, value: mean of 0 and 10
    apart = points.copy()
    chosen = (apart["layer"] == 2) & (apart["kind"] == "value") & (apart["formula"] == "NaN")
    apart.loc[chosen, "target"] = 5.0
    alone = colours(local_umap_figure(apart, stability(), TARGET, "Fe").axes[6])[2.0]
    assert merged[:3] == pytest.approx(alone[:3], abs=0.03)


def test_skipped_maps_say_why():
    figure = local_umap_figure(local_points(), stability([(1, "value")]), TARGET, "Fe")
    assert [text.get_text() for text in figure.axes[0].texts] == ["too few"]
    assert not figure.axes[0].collections
    every = [(layer, kind) for layer in (1, 2) for kind in ("value", "context")]
    none = local_umap_figure(local_points().iloc[:0], stability(every), TARGET, "Fe of X")
    assert none.texts[0].get_text() == "Fe of X: too few"


def test_the_table_beside_has_a_row_a_composition():
    points = local_points()
    table = one_row_each(points).set_index("formula")
    assert list(table.index) == FORMULAS
    assert table.loc["Fe2O3", ["layer1_value_x", "layer1_context_x"]].tolist() == [0, 1]
    assert table.loc["Fe3O4", ["layer2_context_x", "layer2_context_y"]].tolist() == [3, 5]
    assert not table.columns.intersection(["layer", "kind", "point", "x"]).size
    assert len(one_row_each(points.iloc[:0])) == 0


def global_points():
    table = pd.DataFrame(
        {
            "reduced": FORMULAS, "formula": FORMULAS, "part": ["train", "val", "test", "test"],
            "compounds": 1, "target": [0.0, 1.0, 0.0, 1.0], "prediction": [0.9, 0.1, 0.2, 0.8],
            "error": [0.9, 0.9, 0.2, 0.2], "elements": [2, 2, 2, 3],
            "en_deviation": [0.8, 0.7, np.nan, 0.5], "en_difference": [1.6, 1.8, np.nan, 1.0],
            "ionic": ["not ionic", "ionic", "unknown", "not ionic"], "layer": 1,
        }
    )  # fmt: skip
    return table.assign(x=[0.0, 1.0, 2.0, 3.0], y=[0.0, 2.0, 1.0, 4.0])


def test_global_figure_colours_by_prediction_and_not_the_target_again():
    maps = pd.DataFrame({"available": [4], "compositions": [4], "skipped": [""]})
    figure = global_umap_figure(global_points(), maps, TARGET, "Layer 1")
    assert figure.get_suptitle() == "Layer 1; 4 compositions"
    target, prediction, error, elements, deviation, ionic = (colours(a) for a in figure.axes[:6])
    # A class of 0 or 1 works as any target: the first is predicted to be what it is not.
    assert target[0.0] == target[2.0]
    assert target[1.0] == target[3.0]
    assert prediction[0.0] != target[0.0]
    assert prediction[0.0][0] == pytest.approx(0.74, abs=0.05)  # 0.9 on the scale of the target
    assert error[0.0] == error[1.0] != error[2.0] == error[3.0]
    assert elements[0.0] == elements[2.0] != elements[3.0]
    assert deviation[2.0][0] == deviation[2.0][1] == deviation[2.0][2]
    assert ionic[0.0] == ionic[3.0]
    assert len(set(map(tuple, ionic.values()))) == 3
    assert {axes.get_xlabel() for axes in figure.axes[:6]} == {"UMAP 1 (no unit)"}
    none = global_umap_figure(
        global_points().iloc[:0], maps.assign(skipped="too few"), TARGET, "Layer 1"
    )
    assert none.texts[0].get_text() == "Layer 1: too few"


def test_stability_figure_shows_every_map_and_its_chance():
    maps = pd.concat([stability(), stability().assign(element="O", overlap=0.5)])
    figure = stability_figure(maps)
    trust, overlap = figure.axes
    values = [line.get_ydata() for line in overlap.lines if line.get_marker() == "o"]
    assert np.concatenate(values).tolist() == [0.7, 0.5, 0.7, 0.5]
    assert sum(len(line.get_ydata()) for line in overlap.lines if line.get_marker() == "_") == 8
    assert not [line for line in trust.lines if line.get_marker() == "_"]
    assert stability_figure(maps.assign(trustworthiness=np.nan)).texts


def test_pages_hold_all_elements_layers_and_skips():
    maps = stability([(2, "context")])
    page = local_page(local_points().query("not (layer == 2 and kind == 'context')"), maps, TARGET)
    (group,) = page.layout.meta["groups"]
    assert group["text"] == [
        "FeO (train)",
        "Fe2O3 (train, 2 compounds)",
        "NaN (train)",
        "Fe3O4 (train)",
    ]
    first, second, _, last = group["maps"]
    assert first["same"] == [2, 2, 1, 1]
    assert "same" not in second
    assert second["x"] == [0, 1, 2, 3]
    assert last["skipped"] == "too few"
    whole = pd.DataFrame({"layer": [1, 2], "skipped": ["", "too few"]})
    (group,) = global_page(global_points(), whole, TARGET).layout.meta["groups"]
    assert [one["name"] for one in group["maps"]] == ["layer 1", "layer 2"]
    assert [one["name"] for one in group["colours"]][:3] == [
        "Hardness, true (GPa)", "Hardness, predicted (GPa)", "Absolute error (GPa)",
    ]  # fmt: skip
    assert group["colours"][5]["values"] == ["not ionic", "ionic", "unknown", "not ionic"]


def test_stability_summary_has_median_and_range_of_each_layer_and_kind():
    trust = {"Fe": [0.9, 0.8], "O": [0.5, 0.6], "Na": [0.7, np.nan]}
    local = pd.DataFrame(
        {
            "scope": "local", "element": element, "layer": layer, "kind": kind, "chance": 0.1,
            "trustworthiness": values[layer - 1], "overlap": np.nan,
            "skipped": "too few" if np.isnan(values[layer - 1]) else "",
        }
        for element, values in trust.items()
        for layer in (1, 2)
        for kind in ("value", "context")
    )  # fmt: skip
    whole = local.iloc[:1].assign(scope="global", element="all", kind="collapsed", chance=0.02)
    table = stability_summary(pd.concat([local, whole], ignore_index=True))
    assert table[["scope", "layer", "kind"]].agg(tuple, axis=1).tolist() == [
        ("local", 1, "value"), ("local", 1, "context"),
        ("local", 2, "value"), ("local", 2, "context"), ("global", 1, "collapsed"),
    ]  # fmt: skip
    assert table["maps"].tolist() == [3, 3, 2, 2, 1]
    assert table["skipped"].tolist() == [0, 0, 1, 1, 0]
    measured = table[[f"trustworthiness_{name}" for name in ("median", "min", "max")]].to_numpy()
    assert measured[0].tolist() == [0.7, 0.5, 0.9]
    assert measured[2].tolist() == pytest.approx([0.7, 0.6, 0.8])
    assert measured[4].tolist() == [0.9, 0.9, 0.9]
    assert table["overlap_median"].isna().all()  # of one seed
    assert table["chance_max"].tolist() == [0.1, 0.1, 0.1, 0.1, 0.02]
