"""Training curves of CrabNet and HotCrab."""

import pandas as pd
from matplotlib.figure import Figure

from matxai.composition.evaluation.target import error_quantity
from matxai.composition.settings.tasks import VALIDATION_ERROR, Target
from matxai.plotting.history import history_figure


def crabnet_history_figure(history: pd.DataFrame, target: Target, title: str) -> Figure:
    """Draw loss, validation error (of the target's task) and learning rate; one row per epoch."""
    error = VALIDATION_ERROR[target["task"]]
    named = history.rename(columns={"val_error": error})
    return history_figure(named, error_quantity(target), title, error=error)
