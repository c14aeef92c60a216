"""Published element vectors, read from the files of installed packages.

The wheel of ElementEmbeddings holds mat2vec (Tshitoyan et al. 2019), magpie (Ward et al. 2016), oliynyk
(Oliynyk et al. 2016), matscholar (Weston et al. 2019), megnet16 (Chen et al. 2019) and skipatom (Antunes
et al. 2022). That of matminer holds the JARVIS descriptors (Choudhary et al. 2018). The packages
themselves are not imported, which would take tens of seconds.
"""

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from matxai.composition.data.formulas import HEAVIEST, NUMBER_OF
from matxai.composition.data.packages import package_file
from matxai.run.errors import InputError

_EMBEDDINGS = {
    "mat2vec": "mat2vec.csv",
    "magpie": "magpie.csv",
    "oliynyk": "oliynyk.csv",
    "matscholar": "matscholar-embedding.json",
    "megnet16": "megnet16.json",
    "skipatom": "skipatom_20201009_induced.csv",
}
_FOLDER = "elementembeddings/data/element_representations"
_FILES = {name: ("ElementEmbeddings", f"{_FOLDER}/{file}") for name, file in _EMBEDDINGS.items()}
_FILES["jarvis"] = ("matminer", "matminer/utils/data_files/jarvis/element_chem.json")


def read_element_vectors(representation: str) -> pd.DataFrame:
    """Read a table (elements, features) indexed by symbol, in order of atomic number up to Lr.

    ``onehot`` is the identity. Values that are missing in the source stay NaN. If no table has that name,
    or its package lacks the file, an `InputError` is raised.
    """
    if representation == "onehot":
        table = pd.DataFrame(np.eye(HEAVIEST), list(NUMBER_OF), list(NUMBER_OF))
        return table.rename_axis("element")
    if representation not in _FILES:
        raise InputError(
            "no such table of element vectors",
            value=representation,
            expected=", ".join(["onehot", *_FILES]),
            fix="write one of these",
        )
    file = package_file(*_FILES[representation])
    if file.suffix == ".csv":
        table = read_vectors(file)
    else:
        entries = json.loads(file.read_text(encoding="utf-8"))
        table = pd.DataFrame.from_dict(entries, orient="index")
    # Numbered components are sorted by number, named properties by name.
    table = table[table.index.isin(list(NUMBER_OF))].apply(pd.to_numeric).rename(columns=str)
    columns = sorted(table, key=lambda name: (int(name), "") if name.isdigit() else (0, name))
    table = table.loc[sorted(table.index, key=NUMBER_OF.__getitem__), columns]
    return table.astype(np.float64).rename_axis("element")


def read_vectors(path: str | Path) -> pd.DataFrame:
    """Read a table (elements, features) of element vectors from a CSV file; missing values are NaN."""
    return pd.read_csv(path, index_col=0, keep_default_na=False, na_values=[""])


def network_vectors(table: pd.DataFrame) -> npt.NDArray[np.float32]:
    """Make the array (104, features) that a network starts from, indexed by atomic number.

    Row 0 and absent elements are zero. Tables of named properties (magpie, oliynyk) mix units, so their
    columns are standardised over the elements present and missing values take the mean. Learned
    vectors (numbered components) stay as they are.
    """
    vectors = table
    if not all(column.isdigit() for column in table.columns) and list(table) != list(NUMBER_OF):
        spread = table.std(ddof=0)
        vectors = ((table - table.mean()) / spread.where(spread > 0, 1)).fillna(0)
    rows = np.zeros((HEAVIEST + 1, table.shape[1]), dtype=np.float32)
    rows[[NUMBER_OF[symbol] for symbol in vectors.index]] = vectors.to_numpy(np.float32)
    return rows
