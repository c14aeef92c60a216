"""Permutation importance: the loss of R2 when columns of the inputs are permuted."""

import zlib
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch import Tensor

from matxai.run.progress import progress
from matxai.statistics.bootstrap import Resamples
from matxai.statistics.estimate import Array

Job = tuple[Sequence[int], tuple[int, ...]]  # columns, and the seed of their permutation


def permutation_importance(
    predict: Callable[[Tensor], Tensor],
    x: Tensor,
    y: Tensor,
    groups: Mapping[str, Sequence[int]],
    clusters: npt.ArrayLike,
    *,
    repeats: int,
    seed: int,
    batch_rows: int = 65536,
) -> pd.DataFrame:
    """Compute the R2 minus the mean R2 after a group of columns has been permuted among the rows.

    The importance is that of Breiman 2001 (Machine Learning 45:5), as a difference of scores of the same
    model (Fisher, Rudin & Dominici 2019, JMLR 20:177). A drop below zero is chance, and is kept.

    ``predict`` maps inputs (rows, features), at most ``batch_rows`` at a time, to outputs (rows,) or
    (rows, 1); ``y`` (rows,) are the true ones. The columns of each group are permuted together ``repeats``
    times. Intervals are over these repeats and over paths, ``clusters`` (rows,).

    Returns:
        Table with the columns name, drop, ci_low, ci_high (95 %), base_r2, repeats, rows.
    """
    draws = Resamples.of(clusters, seed=seed)
    truth = y.detach().cpu().numpy().astype(np.float64)
    totals = draws.total_squares(truth)
    jobs: list[Job] = [((), (seed,))]
    # Seeds depend on the name, so that other groups do not change the permutations of a group.
    for name, columns in groups.items():
        key = zlib.crc32(name.encode())
        jobs += [(columns, (seed, key, repeat)) for repeat in range(repeats)]
    copies = max(1, batch_rows // len(x))
    calls = [jobs[start : start + copies] for start in range(0, len(jobs), copies)]
    errors = []
    for call in progress(calls, "permuted batches"):
        predictions = _predict_permuted(predict, x, call, batch_rows)
        errors += [draws.sums(np.square(prediction - truth)) for prediction in predictions]
    base, increases = errors[0], np.array(errors[1:]).reshape(-1, len(errors[0])) - errors[0]
    losses = draws.each(lambda weights: weights @ increases.T)
    # A draw also draws among the repeats; the sample itself holds each of them once.
    repeat_weights = np.ones((len(totals), 1, repeats))
    repeat_weights[1:, 0] = np.random.default_rng([seed, 1]).multinomial(
        repeats, np.full(repeats, 1 / repeats), size=len(totals) - 1
    )
    drops = (losses.reshape(len(totals), len(groups), repeats) * repeat_weights).mean(axis=2)
    drop, low, high = draws.estimate(drops / totals[:, None])
    table = pd.DataFrame({"name": list(groups), "drop": drop, "ci_low": low, "ci_high": high})
    return table.assign(base_r2=1 - base.sum() / totals[0], repeats=repeats, rows=len(x))


def _predict_permuted(
    predict: Callable[[Tensor], Tensor], x: Tensor, jobs: Sequence[Job], batch_rows: int
) -> Array:
    """Predict (jobs, rows) on one copy of ``x`` per job, with the columns of the job permuted."""
    stacked = x.repeat(len(jobs), 1, 1)
    for copy, (columns, seeds) in zip(stacked, jobs, strict=True):
        if columns:
            order = np.random.default_rng(seeds).permutation(len(x))
            places = torch.tensor(list(columns), device=x.device)
            copy[:, places] = x[torch.from_numpy(order).to(x.device)][:, places]
    with torch.no_grad():
        parts = [predict(part).cpu() for part in stacked.flatten(0, 1).split(batch_rows)]
    return torch.cat(parts).numpy().astype(np.float64).reshape(len(jobs), len(x))
