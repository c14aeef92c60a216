"""Which integrated gradients on the element fractions add up to the change of the prediction?

Three ways from a baseline to a compound, at rising numbers of points, on a trained network:

    rows       straight line of fractions, encoding interpolated between the rows of its table
    sinusoids  straight line of fractions, sinusoids of the fraction itself
    chord      straight line of encodings (matxai.composition.explain.fraction_gradients)

and the network as it is on the straight line of fractions, every jump of the prediction given to the
element whose row changed there: exact, and thousands of predictions a compound.

    python benchmarks/fraction_gradients.py --model MODEL.safetensors --compounds COMPOUNDS.parquet
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

import numpy as np
import pandas as pd
import torch
from scipy.stats import kendalltau
from torch import Tensor

from matxai.composition.data.compounds import amounts_of, read_compounds
from matxai.composition.explain.fraction_gradients import (
    equal_baseline,
    integrated_fractions,
    replaced_encoding,
    vanishing_baseline,
)
from matxai.composition.network.batch import Batch, Compounds
from matxai.composition.network.crabnet import CrabNet, FractionEncoding
from matxai.composition.network.model_file import load_network

RESOLUTION = FractionEncoding.RESOLUTION
AHEAD = 1e-4  # less than half a row of the encoding


class Interpolated(torch.nn.Module):
    """The encoding between the rows of its table: linear, or by its own sinusoids."""

    def __init__(self, encoding: FractionEncoding, kind: str) -> None:
        super().__init__()
        self.encoding, self.kind = encoding, kind

    def read(self, values: Tensor) -> Tensor:
        place = values.clamp(1 / RESOLUTION, 1) * RESOLUTION - 1
        table = self.encoding.table
        if self.kind == "rows":
            low = place.floor().clamp(max=RESOLUTION - 2)
            part = (place - low)[:, None]
            return table[low.long()] * (1 - part) + table[low.long() + 1] * part
        half = table.shape[1]
        column = torch.arange(half)
        angle = place[:, None] / 50 ** (2 * column / half)
        return torch.where(column % 2 == 0, angle.sin(), angle.cos())

    def forward(self, fractions: Tensor) -> Tensor:
        logarithmic = self.read(0.0025 * fractions.log2().square())
        scales = self.encoding.scales
        return torch.cat([scales[0] * self.read(fractions), scales[1] * logarithmic], dim=-1)


def predictions(network: CrabNet, elements: Tensor, fractions: Tensor) -> Tensor:
    """Predictions (points,) of one compound at (points, n) fractions."""
    found = []
    for part in fractions.split(256):
        rows, n = part.shape
        offsets = torch.arange(rows + 1) * n
        compounds = Compounds(elements.repeat(rows), part.flatten().float(), offsets)
        with torch.inference_mode():
            found.append(network(compounds.batch(torch.arange(rows))).value.double())
    return torch.cat(found)


def midpoint(
    network: CrabNet, elements: Tensor, fractions: Tensor, baseline: Tensor, kind: str, points: int
) -> Tensor:
    """Integrated gradients on the straight line of fractions, at the middles of equal steps."""
    way = (fractions - baseline).double()
    shares = (torch.arange(points) + 0.5) / points
    total = torch.zeros_like(way)
    with replaced_encoding(network, Interpolated(network.encode_fraction, kind)):
        for part in shares.split(128):
            at = (baseline + part[:, None] * way).float().requires_grad_()
            rows, n = at.shape
            compounds = Compounds(
                elements.repeat(rows), at.detach().flatten(), torch.arange(rows + 1) * n
            )
            batch = compounds.batch(torch.arange(rows))
            batch = Batch(batch.elements, at.flatten(), batch.rows, batch.groups)
            (slope,) = torch.autograd.grad(network(batch).value.sum(), at)
            total += slope.double().sum(0)
    return total / points * way


def jumps(
    network: CrabNet, elements: Tensor, fractions: Tensor, baseline: Tensor
) -> tuple[np.ndarray, float]:
    """Each jump of the prediction on the straight line of fractions, to the element it is of.

    Elements of one fraction would jump together: each runs ahead of the others and falls behind, by up
    to 1e-4 of the way, in turn.
    """
    way = (fractions - baseline).double()
    turns = 2 * np.pi * (137 + 20 * np.arange(len(elements)))
    owners, places = [], []
    for j, (start, step) in enumerate(zip(baseline.double().tolist(), way.tolist(), strict=True)):
        if step == 0:
            continue
        rows = np.arange(RESOLUTION) + 0.5
        linear = rows / RESOLUTION
        logarithmic = 2 ** -np.sqrt(rows / RESOLUTION / 0.0025)
        shares = (np.concatenate([linear, logarithmic]) - start) / step
        shares = at = shares[(shares > 0) & (shares < 1)]
        for _ in range(10):
            at = shares - AHEAD * np.sin(turns[j] * at)
        places.append(at)
        owners.append(np.full(len(shares), j))
    found = np.zeros(len(elements))
    if not places:
        return found, 0.0
    place, owner = np.concatenate(places), np.concatenate(owners)
    order = place.argsort()
    place, owner = place[order], owner[order]
    middles = np.convolve([0, *place, 1], [0.5, 0.5], "valid")
    shares = middles[:, None] + AHEAD * np.sin(turns * middles[:, None])
    values = predictions(
        network, elements, baseline.double() + torch.from_numpy(shares) * way
    ).numpy()
    steps = np.diff(values)
    np.add.at(found, owner, steps)
    return found, float(np.abs(steps).sum())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--model", required=True)
    parser.add_argument("--compounds", required=True, help="compounds.parquet of its data set")
    parser.add_argument("--count", type=int, default=8, help="test compounds drawn")
    parser.add_argument("--points", type=int, nargs="+", default=[16, 64, 256, 1024])
    parser.add_argument("--chord", type=int, nargs="+", default=[16, 64], help="its points")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", default=None, help="CSV")
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    network, _ = load_network(asked.model)
    table = read_compounds(asked.compounds)
    table = table[(table["part"] == "test") & (table["numbers"].map(len) >= 2)]
    chosen = table.drop_duplicates("reduced").sample(asked.count, random_state=asked.seed)
    rows = []
    for formula, amounts in zip(chosen["formula"], amounts_of(chosen), strict=True):
        compound = Compounds.from_lists([amounts])
        elements, fractions = compound.elements, compound.fractions
        for name, start in (("vanishing", vanishing_baseline), ("equal", equal_baseline)):
            baseline = start(compound)
            if torch.allclose(baseline, fractions, atol=1e-6):
                continue
            ends = predictions(network, elements, torch.stack([fractions, baseline]))
            change = float(ends[0] - ends[1])
            began = time.process_time()
            exact, variation = jumps(network, elements, fractions, baseline)
            record = {"formula": formula, "baseline": name, "change": change}
            ways = [("jumps", 0, exact, time.process_time() - began)]
            asked_ways = [
                (kind, points) for kind in ("rows", "sinusoids") for points in asked.points
            ] + [("chord", points) for points in asked.chord]
            for kind, points in asked_ways:
                began = time.process_time()
                if kind == "chord":
                    shares = integrated_fractions(
                        network, compound, baseline, tolerance=math.inf,
                        points=(points, points), label="chord",
                    ).shares.numpy()  # fmt: skip
                else:
                    shares = midpoint(network, elements, fractions, baseline, kind, points).numpy()
                ways.append((kind, points, shares, time.process_time() - began))
            for kind, points, shares, seconds in ways:
                rows.append(
                    record
                    | {
                        "variation": variation, "kind": kind, "points": points,
                        "gap": abs(float(shares.sum()) - change), "cpu_s": seconds,
                        "tau_to_jumps": kendalltau(np.abs(shares), np.abs(exact)).statistic,
                    }
                )  # fmt: skip
            print(formula, name, f"{change:.3f}, path {variation:.1f}", flush=True)
    found = pd.DataFrame(rows)
    if asked.out:
        found.to_csv(asked.out, index=False)
    for name, mine in found.groupby("baseline"):
        scale = mine.groupby("formula")["change"].first().abs().mean()
        path = mine.groupby("formula")["variation"].first().mean()
        print(f"\n{name}: mean |change| {scale:.3g}, mean path of the prediction {path:.3g}")
        summary = mine.groupby(["kind", "points"]).agg(
            gap=("gap", "mean"), tau_to_jumps=("tau_to_jumps", "mean"), cpu_s=("cpu_s", "mean")
        )
        print(summary.assign(gap=summary["gap"] / scale).round(4).to_string())


if __name__ == "__main__":
    main()
