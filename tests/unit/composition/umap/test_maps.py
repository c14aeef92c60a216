"""UMAP on planted clusters, and all maps of a small network against a fit of their own vectors."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import torch
from tests.compositions import prepared
from tests.project import REPOSITORY

from matxai.composition.data.compounds import amounts_of
from matxai.composition.data.formulas import SYMBOL_OF
from matxai.composition.figures.umap import stability_figure
from matxai.composition.network.batch import Compounds
from matxai.composition.settings.analyses import GlobalUmap, LocalUmap
from matxai.composition.umap import maps as module
from matxai.composition.umap.fit import Map, fit_map
from matxai.composition.umap.layer_vectors import layer_vectors
from matxai.composition.umap.maps import fit_maps, published_min_dist
from matxai.composition.umap.points import compositions, sample_points

LOCAL = LocalUmap(elements=("Fe", "O", "Pt", "W"), seeds=(0, 1))
GLOBAL = GlobalUmap(neighbours=5)
PLANTED = """
import numpy as np
from matxai.composition.umap import maps as module
from matxai.composition.umap.fit import Map, fit_map
rng = np.random.default_rng(0)
vectors = rng.normal(size=(60, 12)).astype(np.float32)
vectors[30:] += 20
"""


@pytest.fixture(scope="module")
def planted():
    names = {}
    exec(PLANTED, names)
    return names["vectors"]


def test_two_clusters_stay_apart(planted):
    fitted = fit_map(planted, 5, 0.3, 200, [0, 1])
    places = fitted.coordinates
    assert places.shape == (60, 2)
    first, second = places[:30], places[30:]
    gap = np.linalg.norm(first.mean(axis=0) - second.mean(axis=0))
    radius = max(np.linalg.norm(one - one.mean(axis=0), axis=1).max() for one in (first, second))
    assert gap > 2 * radius
    assert fitted.trustworthiness > 0.8
    assert fitted.chance == pytest.approx(5 / 59)
    assert 0.3 < fitted.overlap < 1


def test_the_same_seed_gives_the_same_map_also_in_another_process(planted, tmp_path):
    here = fit_map(planted, 5, 0.3, 200, [7, 7])
    assert here.overlap == 1
    code = PLANTED + "np.save(path, fit_map(vectors, 5, 0.3, 200, [7]).coordinates)"
    path = tmp_path / "there.npy"
    subprocess.run(
        [sys.executable, "-c", f"path = {str(path)!r}\n{code}"],
        check=True,
        cwd=REPOSITORY / "src",
    )
    assert np.array_equal(np.load(path), here.coordinates)
    other = fit_map(planted, 5, 0.3, 200, [8])
    assert not np.allclose(other.coordinates, here.coordinates)
    assert np.isnan(other.overlap)


def test_points_on_a_line_have_a_map():
    line = np.outer(np.arange(20), np.ones(4)).astype(np.float32)
    assert np.isfinite(fit_map(line, 5, 0.3, 200, [0]).coordinates).all()


def data():
    """30 oxides: iron at fractions that repeat, one compound of platinum, none of tungsten."""
    formulas = [f"Fe{1 + i % 12}O{12 - i % 12}{SYMBOL_OF[20 + i // 12]}13" for i in range(30)]
    formulas[0] += "Pt26"
    compounds = prepared(formulas, np.arange(30.0), ["train", "val", "test"] * 10)
    keys = compounds[["part", "line"]]
    states = [{"Fe": 3.0, "O": -2.0} if i % 2 else {} for i in range(30)]
    predictions = keys.assign(prediction=compounds["target"] + 0.5)
    return compounds, predictions, keys.assign(states=states)


@pytest.fixture(scope="module")
def maps(network):
    return fit_maps(network, compositions(*data()), LOCAL, GLOBAL)


def test_every_map_has_its_row(maps):
    stability = maps.stability
    assert len(stability) == 2 * (2 * 4 + 1)
    assert list(stability["element"].unique()) == ["Fe", "O", "Pt", "W", "all"]
    local = stability[stability["scope"] == "local"].set_index(["element", "layer", "kind"])
    assert (local.loc[("Fe", 1)]["min_dist"] == 0.8).all()
    assert (local.loc[("Fe", 2)]["min_dist"] == 0.3).all()
    drawn = local["skipped"] == ""
    assert (local.loc[drawn, "trustworthiness"] > 0.5).all()
    assert (local.loc[drawn, "overlap"] > local.loc[drawn, "chance"]).all()


def test_too_few_occurrences_are_skipped_with_the_reason(maps):
    stability = maps.stability
    for element, count in (("Pt", 1), ("W", 0)):
        mine = stability[stability["element"] == element]
        assert (mine["skipped"] == f"{count} compositions with {element}, a map needs 10").all()
        assert mine["overlap"].isna().all()
    assert set(maps.local_points["element"]) == {"Fe", "O"}


def test_the_first_layer_reads_the_fraction_alone(maps):
    first = maps.local_points.query("element == 'Fe' and layer == 1 and kind == 'value'")
    assert len(first) == 30
    assert first.groupby(first["fraction"].round(6))[["x", "y"]].nunique().max().max() == 1
    row = maps.stability.query("element == 'Fe' and layer == 1 and kind == 'value'").iloc[0]
    # Twelve fractions with calcium and the like, and one more beside platinum.
    assert (row["compositions"], row["points"]) == (30, first["fraction"].round(6).nunique())
    assert row["points"] == 13
    later = maps.local_points.query("element == 'Fe' and layer == 2 and kind == 'value'")
    assert later["point"].is_unique


def test_a_map_is_that_of_the_vectors_of_its_rows(maps, network):
    table = compositions(*data())
    chosen = sample_points(table, LOCAL, None)
    vectors = next(layer_vectors(network, chosen.compounds))
    for kind, distance in (("value", 0.8), ("context", 0.8)):
        mine = maps.local_points.query("element == 'Fe' and layer == 1 and kind == @kind")
        first = mine.reset_index(drop=True).drop_duplicates("point").sort_values("point").index
        own = getattr(vectors, kind)[chosen.tokens("Fe")]
        expected = fit_map(own[first], 5, distance, 200, [0]).coordinates
        assert np.array_equal(mine[["x", "y"]].to_numpy(), expected[mine["point"]])


def test_rows_carry_their_own_values_whatever_their_order(maps, network):
    order = np.random.default_rng(1).permutation(30)
    shuffled = [table.iloc[order].reset_index(drop=True) for table in data()]
    again = fit_maps(network, compositions(*shuffled), LOCAL, GLOBAL)
    pd.testing.assert_frame_equal(again.local_points, maps.local_points)
    pd.testing.assert_frame_equal(again.global_points, maps.global_points)
    compounds = data()[0].set_index("formula")
    whole = maps.global_points[maps.global_points["layer"] == 2].set_index("formula")
    assert (whole["target"] == compounds["target"].loc[whole.index]).all()
    assert np.allclose(whole["prediction"], whole["target"] + 0.5)
    assert np.allclose(whole["error"], 0.5)
    iron = maps.local_points.query("element == 'Fe' and layer == 2 and kind == 'context'")
    odd = compounds["target"].loc[iron["formula"]].to_numpy() % 2 == 1
    assert (iron["oxidation_state"].notna() == odd).all()


def test_local_and_global_maps_are_made_where_asked_for(network):
    table = compositions(*data())
    whole = fit_maps(network, table, None, GLOBAL)
    assert whole.local_points.empty
    assert list(whole.stability["scope"]) == ["global", "global"]
    few = fit_maps(network, table, LocalUmap(elements=("Pt",)), None)
    assert few.local_points.empty
    assert few.global_points.empty
    assert len(few.stability) == 4


def test_distance_of_points_by_their_number():
    found = [published_min_dist(n) for n in (10, 4000, 4001, 100_000, 100_001)]
    assert found == [0.2, 0.2, 0.4, 0.4, 0.5]


@pytest.mark.parametrize(
    ("scope", "size", "holding"), [("local", 10, " with Fe"), ("global", 30, "")]
)
def test_twice_the_neighbours_are_enough_for_a_map_and_one_less_is_not(
    network, scope, size, holding
):
    asked = LocalUmap(elements=("Fe",)), GlobalUmap()
    tables = data()
    enough = fit_maps(network, compositions(*(table.head(size) for table in tables)), *asked)
    fewer = fit_maps(network, compositions(*(table.head(size - 1) for table in tables)), *asked)
    mine = enough.stability[enough.stability["scope"] == scope]
    assert (mine["skipped"] == "").all()
    assert (mine["points"] == size).all()
    assert mine[["trustworthiness", "overlap", "chance"]].stack().between(0, 1).all()
    assert len(getattr(enough, f"{scope}_points")) == size * len(mine)
    stability_figure(enough.stability)
    none = fewer.stability[fewer.stability["scope"] == scope]
    assert (none["skipped"] == f"{size - 1} compositions{holding}, a map needs {size}").all()
    assert none["trustworthiness"].isna().all()
    stability_figure(fewer.stability)


@torch.inference_mode()
def collapsed_alone(network, amounts):
    """A compound in a batch of its own: its collapsed output by layer, component by component."""
    batch = Compounds.from_lists([amounts]).batch(torch.arange(1))
    state = network.tokens(batch)
    result = []
    for layer in network.encoder_layers:
        state = layer(state, batch)[0]
        assert len(state) == len(amounts)
        statistics = (np.mean, np.ptp, np.var, np.max, np.min)
        result.append([statistic(part) for statistic in statistics for part in state.numpy().T])
    return result


def test_a_global_map_is_that_of_the_vectors_of_its_rows(network, monkeypatch):
    asked = []

    def fit(vectors, *settings):
        asked.append((vectors, settings))
        row = np.arange(len(vectors), dtype=np.float32)
        return Map(np.column_stack([row, -row]), 1.0, 1.0, 0.5)

    monkeypatch.setattr(module, "fit_map", fit)
    local = LocalUmap(
        elements=("Fe",), neighbours=4, min_dist=0.25, min_dist_first=0.7, epochs=150, seeds=(3, 4)
    )
    whole = GlobalUmap(neighbours=6, min_dist=0.35, at_most=20, epochs=None, seeds=(5, 6, 7))
    table = compositions(*data())
    drawn = sample_points(table, local, whole).global_rows
    assert drawn.tolist() != list(range(20))  # rows of the table are not those of the map
    points = fit_maps(network, table, local, whole).global_points
    first, later = ((4, spread, 150, (3, 4)) for spread in (0.7, 0.25))
    both = (6, 0.35, None, (5, 6, 7))
    assert [settings for _, settings in asked] == [first, first, both, later, later, both]
    amounts = dict(zip(table["reduced"], amounts_of(table), strict=True))
    alone = {name: collapsed_alone(network, amounts[name]) for name in points["reduced"]}
    for layer in (1, 2):
        mine = points[points["layer"] == layer]
        assert set(mine["x"]) == set(range(20))
        given = asked[3 * layer - 1][0][mine["x"].astype(int)]
        assert np.allclose(given, [alone[name][layer - 1] for name in mine["reduced"]], atol=1e-5)
        assert np.array_equal(mine["y"], -mine["x"])
