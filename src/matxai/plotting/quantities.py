"""The labels and units that figures of any line share (``quantities.yml``)."""

from pathlib import Path

from matxai.quantities import Quantities

DATA_FILES = ("quantities.yml",)  # read by the staleness tracking

SHARED = Quantities(Path(__file__).with_name(DATA_FILES[0]))
axis_label = SHARED.axis_label
quantity = SHARED.quantity
