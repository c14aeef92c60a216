"""Which captured compounds are shown one by one, and what stands beside their attention."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matxai.composition.attention.store import AttentionStore, History
from matxai.composition.settings.analyses import AttentionFigures
from matxai.quantities import Quantity
from matxai.run.errors import InputError


@dataclass(frozen=True)
class View:
    """All that a video, figure or page of one compound shows.

    ``error`` (steps,): mean absolute error of the ``scored`` captured compounds that have a target, in its
    unit; NaN if there are none. Entry i belongs to entry i of the history; entry ``kept`` is of the weights
    that the network keeps. ``origin`` names the network.
    """

    history: History
    error: NDArray[np.float64]
    scored: int
    target: Quantity
    origin: str
    kept: int

    @property
    def title(self) -> str:
        """Formula, property and network."""
        return f"{self.history.formula}: {self.target.label} ({self.origin})"

    @property
    def labels(self) -> list[str]:
        """Element symbols with their fractions, in the order of queries and keys."""
        pairs = zip(self.history.symbols, self.history.fractions, strict=True)
        return [f"{symbol} {fraction:.2g}" for symbol, fraction in pairs]


def view_of(store: AttentionStore, formula: str, target: Quantity, origin: str, kept: int) -> View:
    """What is shown of one captured compound; ``kept`` from `kept_entry`.

    Raises:
        InputError: it was not captured, or the file is damaged.
    """
    error, scored = set_error(store)
    return View(store.history(formula), error, scored, target, origin, kept)


def kept_entry(store: AttentionStore, training: pd.DataFrame) -> int:
    """The entry of the weights that the network keeps: the end of the best epoch of its `history.csv`."""
    best = training.loc[training["best"], "epoch"].max()
    return store.epochs.tolist().index(best)  # the end of every epoch is captured


def set_error(store: AttentionStore) -> tuple[NDArray[np.float64], int]:
    """(steps,) mean absolute error of the captured compounds that have a target, and their number."""
    targets = store.compounds["target"].to_numpy(float)
    known = np.isfinite(targets)
    if not known.any():
        return np.full(len(store), np.nan), 0
    off = store.predictions[known].astype(float) - targets[known, None]
    return np.abs(off).mean(axis=0), int(known.sum())


def shown_formulas(store: AttentionStore, asked: AttentionFigures, count: int) -> list[str]:
    """Formulas, as the store spells them: those asked for, or a draw of ``count`` (all if there are fewer).

    Each turn of the draw takes a compound from every element count, the most frequent first and pure
    elements (whose only weight is 1) last. Of equal compositions only the first can be drawn.

    Raises:
        InputError: a formula was not captured, or two are the same compound.
    """
    if asked.formulas is not None:
        places = [store.place(formula) for formula in asked.formulas]
        for number, place in enumerate(places):
            if place in places[:number]:
                raise InputError(
                    "Two formulas to be shown are the same compound",
                    where="composition.attention_views.formulas",
                    value=asked.formulas[number],
                    expected=f"another compound than {asked.formulas[places.index(place)]}",
                    fix="leave one out",
                )
        return [store.formulas[place] for place in places]
    distinct = store.compounds.drop_duplicates("reduced")
    rng = np.random.default_rng(asked.seed)
    frequent = distinct["count"].value_counts(sort=False)
    order = sorted(frequent.index, key=lambda n: (n == 1, -frequent[n], n))
    shuffled = [rng.permutation(np.flatnonzero(distinct["count"] == n)).tolist() for n in order]
    turns = chain.from_iterable(zip_longest(*shuffled))
    drawn = islice((place for place in turns if place is not None), count)
    return [str(distinct["formula"].iloc[place]) for place in drawn]


def none_left(shown: int) -> str:
    """Why files of compounds that were asked for show none."""
    return f"Only {shown} distinct compositions were captured: there is no further one to show."


def compounds_table(views: list[View], names: list[str]) -> pd.DataFrame:
    """One row a compound: name of its files, formula, elements, target, prediction and epoch at ``kept``.

    ``names``: as many as ``views``, or more.
    """
    rows = [
        {
            "files": name,
            "formula": view.history.formula,
            "elements": " ".join(view.history.symbols),
            "target": view.history.target,
            "prediction": float(view.history.prediction[view.kept]),
            "epoch": float(view.history.epochs[view.kept]),
        }
        for view, name in zip(views, names, strict=False)
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
    return pd.DataFrame(
        {
            "layer": layer + 1,
            "head": head + 1,
            "query": symbols[query],
            "key": symbols[key],
            "weight": weights.ravel(),
        }
    )
