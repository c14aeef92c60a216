"""The labels and units that figures of compounds name (``quantities.yml``), and the shared ones."""

from pathlib import Path

from matxai.plotting.quantities import SHARED
from matxai.quantities import Quantities

DATA_FILES = ("quantities.yml",)  # read by the staleness tracking

_ALL = Quantities(Path(__file__).with_name(DATA_FILES[0]), SHARED)
axis_label = _ALL.axis_label
quantity = _ALL.quantity
