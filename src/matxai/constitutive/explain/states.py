"""Principal components of a recurrent network's state, and how well they determine internal variables.

Koeppe et al. 2022 (Frontiers in Materials 8:824958) compare the components with the internal variables
by eye. Here a linear map that is fitted on other paths measures how well they determine them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.decomposition import PCA

from matxai.statistics.bootstrap import Resamples
from matxai.statistics.correlation import correlation_draws
from matxai.statistics.regression import r2_interval

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class StateExplanation:
    """Five tables.

    ``variance``: component (1 is the leading one), share, cumulative, of the variance of the training
    rows. ``recovery``: variable, components, r2, ci_low, ci_high: R2, on test rows, of the linear map
    from the leading 1..K components, its 95 % interval over test paths. ``correlation``: variable,
    component, r, ci_low, ci_high: Pearson's r on test rows, and its 95 % interval over test paths.
    ``scores``: c1..cK of all rows. ``recovered``: the internal variables of all rows, as the linear map
    from all K components gives them.
    """

    variance: pd.DataFrame
    recovery: pd.DataFrame
    correlation: pd.DataFrame
    scores: pd.DataFrame
    recovered: pd.DataFrame


def state_components(
    states: npt.NDArray[np.floating],
    internal: pd.DataFrame,
    part: pd.Series,
    path: pd.Series,
    *,
    components: int,
    seed: int,
    extra: pd.DataFrame | None = None,
) -> StateExplanation:
    """Compute the principal components of ``states``, and how well they give internal variables.

    Components and linear maps are fitted on training rows and judged on test rows.

    Args:
        states: States (rows, units) of the network.
        internal: Internal variables (rows, variables). Columns with a NaN or without change are left out.
        part: Part of each row.
        path: Path of each row.
        components: Largest number of components.
        seed: Seed of the bootstrap.
        extra: Further columns (rows, any) that only enter the correlations.
    """
    values = np.asarray(states, dtype=np.float64)
    train, test = (part == "train").to_numpy(), (part == "test").to_numpy()
    kept = min(components, *values[train].shape)
    pca = PCA(kept, svd_solver="covariance_eigh").fit(values[train])
    scores = pca.transform(values)
    known = _known(internal, train)
    recovery, recovered = [], {}
    for name, truth in known.items():
        for count in range(1, scores.shape[1] + 1):
            estimate = _linear_map(scores[:, :count], truth, train)
            r2 = r2_interval(truth[test], estimate[test], path[test], seed=seed)
            recovery.append((name, count, *r2))
            recovered[name] = estimate
    compared = known if extra is None else known | _known(extra, train)
    shares = pca.explained_variance_ratio_
    numbers = np.arange(1, len(shares) + 1)
    return StateExplanation(
        variance=pd.DataFrame(
            {"component": numbers, "share": shares, "cumulative": np.cumsum(shares)}
        ),
        recovery=pd.DataFrame(
            recovery, columns=["variable", "components", "r2", "ci_low", "ci_high"]
        ),
        correlation=_correlation(
            {n: v[test] for n, v in compared.items()}, scores[test], path[test], seed
        ),
        scores=pd.DataFrame(scores, index=internal.index, columns=[f"c{n}" for n in numbers]),
        recovered=pd.DataFrame(recovered, index=internal.index),
    )


def _known(table: pd.DataFrame, train: npt.NDArray[np.bool_]) -> dict[str, Array]:
    columns = {str(name): column.to_numpy(np.float64) for name, column in table.items()}
    return {
        name: values
        for name, values in columns.items()
        if np.isfinite(values).all() and np.ptp(values[train]) > 0
    }


def _linear_map(scores: Array, truth: Array, train: npt.NDArray[np.bool_]) -> Array:
    """Estimate of ``truth`` in all rows: least squares with intercept, fitted on training rows."""
    design = np.column_stack([scores, np.ones(len(scores))])
    return design @ np.linalg.lstsq(design[train], truth[train])[0]


def _correlation(
    variables: dict[str, Array], scores: Array, path: pd.Series, seed: int
) -> pd.DataFrame:
    """Pearson's r between every variable and every column of ``scores``; NaN if one is constant."""
    values = np.reshape(list(variables.values()), (-1, len(scores))).T
    draws = Resamples.of(path, seed=seed)
    estimate = draws.estimate(correlation_draws(values, scores, draws))
    pairs = pd.MultiIndex.from_product(
        [variables, range(1, scores.shape[1] + 1)], names=["variable", "component"]
    )
    r, low, high = (end.ravel() for end in estimate)
    return pd.DataFrame({"r": r, "ci_low": low, "ci_high": high}, index=pairs).reset_index()


def state_path(explanation: StateExplanation, table: pd.DataFrame, path: int) -> pd.DataFrame:
    """Select one path of ``table``, whose rows were explained.

    Returns:
        Table with the columns step, c1 and so on (in standard deviations over the training rows), and each
        internal variable under its name and, as the components give it, as ``name_recovered``.
    """
    spread = explanation.scores[table["part"] == "train"].std()
    recovered = explanation.recovered.add_suffix("_recovered")
    columns = [
        table[["step", *explanation.recovered.columns]],
        explanation.scores / spread,
        recovered,
    ]
    return pd.concat(columns, axis=1)[table["path"] == path]
