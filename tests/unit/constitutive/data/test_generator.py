"""Generated raw data: what is written, what it depends on, and the truth beside it."""

import itertools

import numpy as np
import pytest

from matxai.constitutive.data import generator
from matxai.constitutive.data.generator import generate
from matxai.constitutive.data.manifest import check_manifest, write_manifest
from matxai.constitutive.data.preparation import READERS
from matxai.constitutive.data.raw.paths import ALIASES
from matxai.constitutive.data.raw.tfrecords import decode
from matxai.constitutive.settings.data import Generated
from matxai.constitutive.settings.layouts import files_of
from matxai.run.errors import InputError

STEEL = {"E": (180e3, 220e3), "sig0": (200, 400), "H_kin": (5e3, 40e3)}
RUBBER = {"mu": (0.3, 0.9), "alpha": (1.5, 4)}


def case(law="elastoplastic", layout="dict", **changes):
    values = {
        "source": "generated",
        "law": law,
        "layout": layout,
        "paths": 12,
        "steps": 40,
        "strain": (-0.01, 0.01),
        "parameters": STEEL if law == "elastoplastic" else RUBBER,
        "duration": (2, 50),
    }
    return Generated.from_plain(values | changes)


def read(settings, root):
    return list(READERS[settings.layout](root))


@pytest.mark.parametrize("layout", ["dict", "arrays"])
def test_what_is_read_answers_the_law_and_the_truth_stands_at_its_place(tmp_path, layout):
    settings = case(layout=layout)
    truth = generate(settings, tmp_path)
    assert len(truth) == 12 * 41
    rows = truth.set_index(["file", "record", "step"])
    assert rows.index.is_unique
    for path in read(settings, tmp_path):
        strain, time = path.series["strain"], path.series["time"]
        middle = {name: sum(bounds) / 2 for name, bounds in STEEL.items()}
        material = path.parameters or middle
        columns = {name: np.array([[value]]) for name, value in material.items()}
        answer = settings.physics.respond(strain[None], time[None], columns)
        np.testing.assert_array_equal(path.series["stress"], answer["stress"][0])
        own = rows.loc[(path.file, path.record)]
        for name in ("tangent", "e_plastic", "back_stress"):
            np.testing.assert_array_equal(own.loc[range(41), name], answer[name][0])


def test_a_path_states_what_the_layout_has(tmp_path):
    settings = case()
    generate(settings, tmp_path)
    durations = []
    for path in read(settings, tmp_path):
        series = path.series
        for name in ("strain", "stress", "e_plastic"):
            np.testing.assert_array_equal(series[f"prev_{name}"][1:], series[name][:-1])
            assert series[f"prev_{name}"][0] == series[name][0] == 0
        np.testing.assert_allclose(series["control"], np.linspace(0, 1, 41))
        np.testing.assert_allclose(np.diff(series["time"]), series["time"][-1] / 40)
        assert set(path.parameters) == set(STEEL)
        for name, (low, high) in STEEL.items():
            assert low <= path.parameters[name] <= high
        durations.append(series["time"][-1])
    assert len(set(durations)) == 12
    assert min(durations) >= 2
    assert max(durations) <= 50


def test_durations_are_even_on_a_logarithmic_scale(tmp_path):
    settings = case(layout="arrays", paths=2000, steps=10, duration=(1, 100))
    generate(settings, tmp_path)
    ends = [path.series["time"][-1] for path in read(settings, tmp_path)]
    assert np.mean(np.array(ends) < 10) == pytest.approx(0.5, abs=0.04)


def test_a_path_does_not_depend_on_the_number_of_paths_but_on_the_seed(tmp_path):
    for name, changes in {"few": {}, "many": {"paths": 20}, "other": {"seed": 1}}.items():
        generate(case(**changes), tmp_path / name)
    few, many, other = (read(case(), tmp_path / name) for name in ("few", "many", "other"))
    for one, same, different in zip(few, many, other, strict=False):
        assert one.parameters == same.parameters != different.parameters
        np.testing.assert_array_equal(one.series["stress"], same.series["stress"])
        assert (one.series["stress"] != different.series["stress"]).any()


def test_tfrecord_files_take_encodings_names_and_kinds_in_turn(tmp_path, monkeypatch):
    written = {}
    monkeypatch.setattr(
        generator, "write_tfrecord", lambda path, example: written.update({path: example})
    )
    kinds = []
    draw = generator.strain_path
    monkeypatch.setattr(
        generator, "strain_path", lambda kind, *rest: [kinds.append(kind), draw(kind, *rest)][1]
    )
    truth = generate(case("hyperelastic", "tfrecord", paths=18), tmp_path)
    files = [path.relative_to(tmp_path).as_posix() for path in written]
    assert files == [f"INPUTS/tfrecord/sample_{path:05d}.tfrecord" for path in range(18)]
    assert list(truth["file"].unique()) == files
    assert (truth["record"] == 0).all()
    turns = []
    for kind, example in zip(kinds, written.values(), strict=True):
        (name,) = {"strain", "epsilon", "eps"} & example.keys()
        values = example[name]  # a buffer has eight bytes per number
        encoding = "float_list" if isinstance(values, np.ndarray) else len(values) == 8 * 41
        turns.append((kind, encoding, name))
    for one, other in itertools.combinations(range(3), 2):
        assert len({(turn[one], turn[other]) for turn in turns[:9]}) == 9
    for example in written.values():
        keys = {ALIASES.get(key, key) for key in example}
        assert keys == {"strain", "stress", "time", "control", *RUBBER}
        assert len(example) == len(keys)
        assert all(decode(example[name]).size == 1 for name in RUBBER)


def test_manifest_sees_every_change_of_the_raw_files(tmp_path):
    root, manifest = tmp_path / "raw", tmp_path / "manifest.csv"
    generate(case(), root)
    write_manifest(root, manifest)
    assert manifest.read_text().splitlines()[0] == "file,bytes,sha256"
    assert len(manifest.read_text().splitlines()) == 13
    check_manifest(root, manifest)
    first, second, *_ = files_of("dict", root)
    content = first.read_bytes()
    first.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(InputError, match=r"(?s)changed since.*sample_00000.*delete the manifest"):
        check_manifest(root, manifest)
    first.write_bytes(content)
    (root / "extra").touch()
    with pytest.raises(InputError, match="not in the manifest: extra"):
        check_manifest(root, manifest)
    (root / "extra").unlink()
    second.unlink()
    with pytest.raises(InputError, match=r"missing: INPUTS/npy/sample_00001"):
        check_manifest(root, manifest)
