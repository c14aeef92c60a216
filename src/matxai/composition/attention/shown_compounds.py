"""The captured compounds that are shown one by one, and what stands beside their attention."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matxai.composition.attention.store import AttentionStore, History
from matxai.composition.settings.analyses import AttentionFigures
from matxai.quantities import Quantity
from matxai.run.errors import InputError


@dataclass(frozen=True)
class ShownCompound:
    """All that a video, figure or page of one compound shows.

    ``error`` and ``scored`` are the `mean_error`, in the unit of the target. Entry i belongs to entry i of
    the history; entry ``kept`` is of the weights that the network keeps. ``origin`` names the network.
    """

    history: History
    error: NDArray[np.float64]
    scored: int
    target: Quantity
    origin: str
    kept: int

    @classmethod
    def read(
        cls, store: AttentionStore, formula: str, target: Quantity, origin: str, kept: int
    ) -> ShownCompound:
        """Read a captured compound; ``kept`` from `entry_of_kept_weights`."""
        return cls(store.history(formula), *mean_error(store), target, origin, kept)

    @property
    def title(self) -> str:
        """Formula, property and network."""
        return f"{self.history.formula}: {self.target.label} ({self.origin})"

    @property
    def labels(self) -> list[str]:
        """Element symbols with their fractions, in the order of queries and keys."""
        pairs = zip(self.history.symbols, self.history.fractions, strict=True)
        return [f"{symbol} {fraction:.2g}" for symbol, fraction in pairs]


def entry_of_kept_weights(store: AttentionStore, training: pd.DataFrame) -> int:
    """The entry of the weights that the network keeps: the end of the best epoch of its `history.csv`."""
    best = training.loc[training["best"], "epoch"].max()
    return store.epochs.tolist().index(best)  # the end of every epoch is captured


def mean_error(store: AttentionStore) -> tuple[NDArray[np.float64], int]:
    """(steps,) mean absolute error of the captured compounds that have a target, and their number."""
    targets = store.compounds["target"].to_numpy(float)
    known = np.isfinite(targets)
    if not known.any():
        return np.full(len(store), np.nan), 0
    off = store.predictions[known].astype(float) - targets[known, None]
    return np.abs(off).mean(axis=0), int(known.sum())


def formulas_to_show(store: AttentionStore, settings: AttentionFigures, count: int) -> list[str]:
    """Formulas, as the store spells them: those of the settings, or a draw of ``count`` or all.

    Each turn of the draw takes a compound from every element count, the most frequent first and pure
    elements (whose only weight is 1) last. Of equal compositions only the first can be drawn.

    Raises:
        InputError: a formula was not captured, or two are the same compound.
    """
    if settings.formulas is not None:
        first: dict[int, str] = {}
        for formula in settings.formulas:
            if (place := store.place(formula)) in first:
                raise InputError(
                    "Two formulas to be shown are the same compound",
                    where="composition.attention_figures.formulas",
                    value=formula,
                    expected=f"another compound than {first[place]}",
                    fix="leave one out",
                )
            first[place] = formula
        return [store.formulas[place] for place in first]
    distinct = store.compounds.drop_duplicates("reduced")
    rng = np.random.default_rng(settings.seed)
    frequent = distinct["count"].value_counts(sort=False)
    order = sorted(frequent.index, key=lambda n: (n == 1, -frequent[n], n))
    shuffled = [rng.permutation(np.flatnonzero(distinct["count"] == n)).tolist() for n in order]
    turns = chain.from_iterable(zip_longest(*shuffled))
    places = [place for place in turns if place is not None]
    return [str(formula) for formula in distinct["formula"].iloc[places[:count]]]


def no_further_compound(shown: int) -> str:
    """Why files of compounds that the settings ask for show none."""
    return f"Only {shown} distinct compositions were captured: there is no further one to show."


def compounds_table(compounds: list[ShownCompound], names: list[str]) -> pd.DataFrame:
    """One row per compound: name of its files, formula, elements, target, prediction and epoch at ``kept``.

    ``names``: as many as ``compounds``, or more.
    """
    rows = [
        {
            "files": name,
            "formula": compound.history.formula,
            "elements": " ".join(compound.history.symbols),
            "target": compound.history.target,
            "prediction": float(compound.history.prediction[compound.kept]),
            "epoch": float(compound.history.epochs[compound.kept]),
        }
        for compound, name in zip(compounds, names, strict=False)
    ]
    return pd.DataFrame(rows)


def read_formulas(path: str | Path) -> list[str]:
    """The formulas of a table of `compounds_table`, in its order; NaN is sodium nitride."""
    return list(pd.read_csv(path, dtype=str, keep_default_na=False)["formula"])


def weights_table(history: History, entry: int) -> pd.DataFrame:
    """Attention of one entry: layer and head from 1, query and key element, weight."""
    weights = history.attention[entry]
    layer, head, query, key = np.indices(weights.shape).reshape(4, -1)
    symbols = np.array(history.symbols)
    columns = {"layer": layer + 1, "head": head + 1, "query": symbols[query], "key": symbols[key]}
    return pd.DataFrame(columns | {"weight": weights.ravel()})
