"""One table over data sets, models and seeds, beside published values of the same data."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import yaml

from matxai.composition.evaluation.accuracy import DIFFERENCE
from matxai.composition.evaluation.target import is_class, target_quantity
from matxai.composition.settings.tasks import CONSTANT, FOREST, MAIN_METRIC, Target
from matxai.run.closing import KEY_NUMBER_COLUMNS

DATA_FILES = ("published.yml",)  # read by the staleness tracking
DATA_COLUMNS = ("part", "formula", "target")  # what the digest of a prepared table is of
COLUMNS = (
    "dataset", "task", "model", "metric", "unit", "seeds", "mean", "seed_sd", "test_ci_low", "test_ci_high",
    "relative_mae", "reference", *DIFFERENCE, "published", "minus_published", "minus_published_in_seed_sd",
    "source",
)  # fmt: skip

_METRIC_NAMES = {"mae": "MAE", "roc_auc": "area under the ROC curve"}


@dataclass(frozen=True)
class Published:
    """What a paper states for one data set: values by model, in the unit of the data."""

    name: str
    data_sha256: str
    metric: str
    source: str
    models: dict[str, float]


def data_digest(compounds: pd.DataFrame) -> str:
    """SHA-256 of what a prepared table holds: part, formula and target of its rows, in any order.

    A published value compares with ours only where training, validation and test part are the same,
    whatever the data set is called here.
    """
    rows = zip(*(compounds[name] for name in DATA_COLUMNS), strict=True)
    lines = sorted(f"{part},{formula},{float(target)!r}" for part, formula, target in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def published() -> dict[str, Published]:
    """Every data set of ``published.yml`` by the digest of its data."""
    text = Path(__file__).with_name(DATA_FILES[0]).read_text(encoding="utf-8")
    content = yaml.safe_load(text)
    return {
        entry["data_sha256"]: Published(
            **entry | {"name": name, "source": content["sources"][entry["source"]]}
        )
        for name, entry in content["datasets"].items()
    }


def summary_table(
    accuracy: Mapping[str, pd.DataFrame],
    compounds: Mapping[str, pd.DataFrame],
    targets: Mapping[str, Target],
) -> pd.DataFrame:
    """Put the test errors of every data set into one table, one row per model.

    The arguments hold by data set the `accuracy.accuracy_table`, the prepared table and the target.

    Returns:
        Columns `COLUMNS`. ``metric`` is the MAE, in ``unit``, or the area under the ROC curve. ``mean`` and
        ``seed_sd`` (sample standard deviation, NaN for one seed) are over ``seeds`` trainings (0: a
        constant, or the mean of several predictions, which has one score); ``test_ci_low`` and
        ``test_ci_high`` are the ends of the 95 % interval over test compositions, averaged over the seeds,
        and so are ``difference`` to the ``reference`` and its ends. ``relative_mae`` is mean / that of the
        training mean. ``published`` is the value of a publication of the same data (`data_digest`),
        ``minus_published`` ours minus that. Models that only the publication has have no ``mean``.
    """
    tables, publications = [], published()
    for name, table in accuracy.items():
        target = targets[name]
        metric = MAIN_METRIC[target["task"]]
        own = (
            table[table["metric"] == metric]
            .groupby("model", sort=False, as_index=False)
            .agg(
                seeds=("seed", lambda seed: int((seed >= 0).sum())),
                mean=("value", "mean"),
                seed_sd=("value", "std"),
                test_ci_low=("ci_low", "mean"),
                test_ci_high=("ci_high", "mean"),
                reference=("reference", "first"),
                **{column: (column, "mean") for column in DIFFERENCE},
            )
        )
        known = publications.get(data_digest(compounds[name]))
        if known is not None and known.metric == metric:
            own = _beside(own, known)
        own = own.reindex(columns=list(COLUMNS)).astype({"source": object})
        if metric == "mae":
            constant = own.loc[own["model"] == CONSTANT["regression"], "mean"]
            own["relative_mae"] = own["mean"] / constant.item()
        excess = own["mean"] - own["published"]
        tables.append(
            own.assign(
                dataset=name,
                task=target["task"],
                metric=metric,
                unit="" if is_class(target) else target_quantity(target).unit,
                minus_published=excess,
                minus_published_in_seed_sd=excess / own["seed_sd"],
            )
        )
    return pd.concat(tables, ignore_index=True)[list(COLUMNS)]


def key_numbers(table: pd.DataFrame) -> pd.DataFrame:
    """Pick what a run says at its end: the main metric of the networks and of the forest they face.

    ``table`` is the `summary_table`; of a model with several seeds, the mean of the predictions is shown.
    Columns `matxai.run.closing.KEY_NUMBER_COLUMNS`, one row per data set and model.
    """
    means = table["model"].str.extract("(.*), mean of .* seeds")[0].dropna()
    shown = table[
        table["mean"].notna()
        & ~table["model"].isin([*means, *CONSTANT.values()])
        & (~table["model"].str.startswith(FOREST) | (table["model"] == table["reference"]))
    ]
    names = shown["dataset"] + ", " + shown["model"] + ": " + shown["metric"].map(_METRIC_NAMES)
    columns = (names, shown["mean"], shown["test_ci_low"], shown["test_ci_high"], shown["unit"])
    return pd.DataFrame(dict(zip(KEY_NUMBER_COLUMNS, columns, strict=True)))


def _beside(own: pd.DataFrame, known: Published) -> pd.DataFrame:
    """Add published values to the table, and rows for models that only the publication has."""
    models = list(dict.fromkeys([*own["model"], *known.models]))
    merged = own.set_index("model").reindex(models).reset_index()
    merged["seeds"] = merged["seeds"].fillna(0).astype(int)
    merged["published"] = merged["model"].map(known.models)
    return merged.assign(source=merged["published"].notna().map({True: known.source}))
