"""Element vectors of a trained network: the embedding, and query, key and value of every layer.

Each element passes the network as a pure compound (fraction 1), as in Wang et al. 2022
(Integr. Mater. Manuf. Innov. 11:41).
"""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import torch

from matxai.composition.data.formulas import NUMBER_OF
from matxai.composition.network.batch import Compounds
from matxai.composition.network.crabnet import CrabNet
from matxai.run.errors import InputError

KINDS = ("query", "key", "value")


@torch.inference_mode()
def embed_elements(network: CrabNet, trained: list[str]) -> pd.DataFrame:
    """Compute all vectors of every element that the network knows, ``trained`` on some of them.

    Columns: element; in_training; layer (0 for the embedded vector, then 1, 2, ...); kind (embedded, query,
    key, value); head (1, 2, ..., or 0 for all heads side by side); vector (list of width floats,
    width / heads for one head).
    """
    symbols = [s for s, number in NUMBER_OF.items() if network.vectors[number].any()]
    compounds = Compounds.from_lists([{NUMBER_OF[symbol]: 1.0} for symbol in symbols])
    batch = compounds.batch(torch.arange(len(symbols)))
    vectors = {(0, "embedded", 0): network.embedded(batch)}
    tokens = network.tokens(batch)
    for number, layer in enumerate(network.encoder_layers, start=1):
        projected = layer.attention.projected(tokens)
        for kind, heads in zip(KINDS, projected.unbind(1), strict=True):
            vectors[number, kind, 0] = heads.flatten(1)
            for head, vector in enumerate(heads.unbind(1), start=1):
                vectors[number, kind, head] = vector
        tokens, _ = layer(tokens, batch)
    elements = pd.DataFrame({"element": symbols})
    elements["in_training"] = elements["element"].isin(trained)
    tables = [
        elements.assign(layer=layer, kind=kind, head=head, vector=list(values.numpy()))
        for (layer, kind, head), values in vectors.items()
    ]
    return pd.concat(tables, ignore_index=True)


def write_embeddings(table: pd.DataFrame, path: str | Path, origin: dict[str, Any]) -> None:
    """Write the table as Parquet, with ``origin`` (JSON-plain) under its metadata key ``matxai``."""
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    metadata = {**(arrow.schema.metadata or {}), b"matxai": json.dumps(origin).encode()}
    pq.write_table(arrow.replace_schema_metadata(metadata), path)


def vector_table(embeddings: pd.DataFrame, name: str) -> pd.DataFrame:
    """Select the vectors (elements, width) of one name: ``embedded``, or one such as ``layer2.key``.

    Elements that no training compound contains are left out, because their vectors are untrained. A name
    that no layer and kind has raises `InputError`.
    """
    whole = embeddings[embeddings["head"] == 0]
    names = "layer" + whole["layer"].astype(str) + "." + whole["kind"]
    names = names.where(whole["layer"] > 0, whole["kind"])
    if name not in set(names):
        raise InputError(
            "the network has no such vectors",
            value=name,
            expected=", ".join(names.unique()),
            fix="correct `vectors` in the configuration, or raise `network.layers`",
        )
    rows = whole[(names == name) & whole["in_training"]].set_index("element")
    return pd.DataFrame(rows["vector"].tolist(), index=rows.index)
