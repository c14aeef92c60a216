"""One table over data sets, models and seeds, beside published values of the same data."""

from collections.abc import Mapping

import pandas as pd

from matxai.composition.evaluation.accuracy import DIFFERENCE
from matxai.composition.evaluation.published import Published, data_digest, published
from matxai.composition.evaluation.target import is_class, target_quantity
from matxai.composition.settings.tasks import CONSTANT, FOREST, MAIN_METRIC, Target
from matxai.run.closing import KEY_NUMBER_COLUMNS

COLUMNS = (
    "dataset", "task", "model", "metric", "unit", "seeds", "mean", "seed_sd", "test_ci_low", "test_ci_high",
    "relative_mae", "reference", *DIFFERENCE, "published", "minus_published", "minus_published_in_seed_sd",
    "source",
)  # fmt: skip

_METRIC_NAMES = {"mae": "MAE", "roc_auc": "area under the ROC curve"}


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
    tables = []
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
        known = published().get(data_digest(compounds[name]))
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
    """The table with published values, and rows for models that only the publication has."""
    models = list(dict.fromkeys([*own["model"], *known.models]))
    merged = own.set_index("model").reindex(models).reset_index()
    merged["seeds"] = merged["seeds"].fillna(0).astype(int)
    merged["published"] = merged["model"].map(known.models)
    return merged.assign(source=merged["published"].notna().map({True: known.source}))
