"""Declared results: the paths they stand for, the targets that follow, the labels of the report."""

import re

import pytest

from matxai.run.results import Results


def marked(path, **report):
    """What Snakemake's `report` would return: here the path and what it was told."""
    return path, report


@pytest.fixture
def results():
    return Results("study", marked)


@pytest.fixture
def line(results):
    return results.line("steel", "Everything about steel.", "alloy", "seed")


@pytest.fixture
def alloys(line):
    return line.group(line.place.within("{alloy}", alloy=["a.1", "b"]))


@pytest.fixture
def networks(alloys):
    return alloys.within("seed{seed}", seed=[0, 7])


def test_a_place_stands_for_every_combination(networks):
    assert networks.files("x.csv") == [
        f"results/study/steel/{alloy}/seed{seed}/x.csv" for alloy in ("a.1", "b") for seed in (0, 7)
    ]
    assert networks.files("x", "y", alloy="{alloy}", seed="7") == [
        "results/study/steel/{alloy}/seed7/x",
        "results/study/steel/{alloy}/seed7/y",
    ]
    assert networks.only(alloy=[]).files("x") == []
    assert networks.file("x") == "results/study/steel/{alloy}/seed{seed}/x"
    assert networks.log("train") == "logs/study/steel/{alloy}/seed{seed}/train.log"


def test_an_output_matches_the_values_of_its_place_alone(networks):
    path = networks.output("x.csv")
    assert path == r"results/study/steel/{alloy,a\.1|b}/seed{seed,0|7}/x.csv"
    for values, text in ((["a.1"], "a.1"), ([], None), (["a.1"], "axx1")):
        constraint = re.search(r"\{alloy,(.*?)\}", networks.only(alloy=values).output("x"))[1]
        assert bool(re.fullmatch(constraint, text or "a.1")) == (text in values)


def test_one_job_can_make_the_files_of_several_places(networks):
    first, second = networks.split("seed")
    assert first.output("x") == r"results/study/steel/{alloy,a\.1|b}/seed0/x"
    assert second.files("x") == ["results/study/steel/a.1/seed7/x", "results/study/steel/b/seed7/x"]
    assert second.fixed == {"seed": "7"}


def test_targets_follow_from_the_declared_outputs(results, line, alloys, networks):
    errors = line.target("errors", "Errors of the networks.")
    errors.result(networks, "errors.svg")
    errors.figure(alloys, "summary")
    line.target("empty", "Nothing yet.")
    errors.also("results/study/steel/b/more.json")
    found = {target.name: target for target in results.targets()}
    assert list(found) == ["steel", "steel_errors", "steel_empty", "steel_a.1", "steel_b"]
    assert found["steel"].files == found["steel_errors"].files == results.files()
    assert len(results.files()) == 4 + 2 * 2 + 1
    assert found["steel_empty"].files == []
    assert sorted(found["steel_b"].files) == [
        f"results/study/steel/b/{name}"
        for name in (
            "more.json",
            "seed0/errors.svg",
            "seed7/errors.svg",
            "summary.csv",
            "summary.svg",
        )
    ]
    assert found["steel"].description == "Everything about steel."


def test_a_folder_cannot_take_the_name_of_a_target(results, line):
    line.target("errors", "Errors.")
    line.group(line.place.within("{alloy}", alloy=["errors"]))
    with pytest.raises(ValueError, match=r"nothing can be called errors.*rename it"):
        results.targets()


def test_the_report_tells_results_apart(line, alloys, networks):
    target = line.target("errors", "Errors.", "evaluation")
    path, report = target.result(networks, "errors.svg")
    assert path == networks.output("errors.svg")
    assert report["caption"] == "../../workflow/report/steel/errors.rst"
    assert (report["category"], report["subcategory"]) == ("steel", "evaluation")
    assert report["labels"] == {
        "alloy": "{alloy}", "seed": "{seed}", "result": "errors", "kind": "figure"
    }  # fmt: skip
    table = target.result(alloys.within("by_part/deep"), "all_errors.csv", "errors")[1]
    assert table["labels"] == {
        "alloy": "{alloy}", "seed": "all", "result": "by part, deep, all errors", "kind": "table"
    }  # fmt: skip
    split = [target.result(place, "x.html")[1]["labels"] for place in networks.split("seed")]
    assert [labels["seed"] for labels in split] == ["0", "7"]
    assert {labels["kind"] for labels in split} == {"interactive"}
