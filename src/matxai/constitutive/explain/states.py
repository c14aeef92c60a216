"""Principal components of a recurrent network's state, and how well they determine internal variables.

Koeppe et al. 2022 (Frontiers in Materials 8:824958) compare the components with the internal variables
by eye. Here a linear map that is fitted on other paths measures how well they determine them.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression

from matxai.constitutive.laws import Array
from matxai.statistics.correlation import correlations
from matxai.statistics.regression import r2_interval

PERMUTATIONS = 999  # of the test paths, beside the order as it is: the smallest p is 0.001


@dataclass(frozen=True)
class StateExplanation:
    """What the components of the state tell.

    Attributes:
        variance: Variance of the training rows: component (1 is the leading one), share, cumulative.
        recovery: R2 on test rows of the linear map from the leading components: variable, components (their
            number), r2, and its 95 % interval over test paths ci_low, ci_high.
        correlation: Pearson's r on test rows: variable, component, r, its 95 % interval over test paths
            ci_low, ci_high, p (how often r is as large when whole paths of equal length change places), and
            p_bh (p adjusted for all correlations of the table).
        scores: Components c1, c2 and so on of all rows.
        recovered: Internal variables of all rows, as the linear map from all components gives them.
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

    The leading ``components`` of the states (rows, units), and linear maps from these to the internal
    variables (rows, variables), are fitted on training rows and judged on test rows. Variables with a NaN
    or without change are left out; ``extra`` columns (rows, any) only enter the correlations.
    """
    values = np.asarray(states, dtype=np.float64)
    train, test = (part == "train").to_numpy(), (part == "test").to_numpy()
    count = min(components, *values[train].shape)
    pca = PCA(count, svd_solver="covariance_eigh").fit(values[train])
    scores = pca.transform(values)
    known = _known(internal, train)
    recovery, recovered = [], {}
    for name, truth in known.items():
        for number in range(1, count + 1):
            leading = scores[:, :number]
            estimate = LinearRegression().fit(leading[train], truth[train]).predict(leading)
            r2 = r2_interval(truth[test].to_numpy(), estimate[test], path[test], seed=seed)
            recovery.append((name, number, *r2))
            recovered[name] = estimate
    compared = known if extra is None else known.join(_known(extra, train))
    shares, numbers = pca.explained_variance_ratio_, np.arange(1, count + 1)
    variance = {"component": numbers, "share": shares, "cumulative": np.cumsum(shares)}
    header = ["variable", "components", "r2", "ci_low", "ci_high"]
    return StateExplanation(
        variance=pd.DataFrame(variance),
        recovery=pd.DataFrame(recovery, columns=header),
        correlation=_correlation(compared[test], scores[test], path[test], seed),
        scores=pd.DataFrame(scores, index=internal.index, columns=[f"c{n}" for n in numbers]),
        recovered=pd.DataFrame(recovered, index=internal.index),
    )


def _known(table: pd.DataFrame, train: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Select the columns that are finite in all rows and vary in the training rows."""
    values = table.to_numpy(np.float64)
    usable = np.isfinite(values).all(axis=0) & (np.ptp(values[train], axis=0) > 0)
    return pd.DataFrame(values[:, usable], columns=table.columns[usable])


def _correlation(
    variables: pd.DataFrame, scores: Array, path: pd.Series, seed: int
) -> pd.DataFrame:
    """Correlate every variable with every column of ``scores``; r is NaN if one is constant."""
    columns = ["variable", "component", "r", "ci_low", "ci_high", "p", "p_bh"]
    if variables.empty:
        return pd.DataFrame(columns=columns)
    components = pd.DataFrame(scores, columns=range(1, scores.shape[1] + 1))
    table = correlations(
        variables,
        components,
        seed=seed,
        group=path,
        block=path.map(path.value_counts()),
        permutations=PERMUTATIONS,
    )
    return table.rename(columns={"column": "variable", "target": "component"})[columns]


def state_path(explanation: StateExplanation, table: pd.DataFrame, path: int) -> pd.DataFrame:
    """Select one path of ``table``, whose rows were explained.

    Returns:
        Table with the columns step, c1 and so on (in standard deviations over the training rows), and each
        internal variable under its name and, as the components give it, as ``name_recovered``.
    """
    spread = explanation.scores[table["part"] == "train"].std()
    recovered = explanation.recovered
    variables = table[["step", *recovered.columns]]
    joined = variables.join(explanation.scores / spread).join(recovered.add_suffix("_recovered"))
    return joined[table["path"] == path]
