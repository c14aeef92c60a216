"""Draw training curves, one path and residuals."""

import _bootstrap  # noqa: F401
import pandas as pd
from matxai.constitutive.figures.onepath import onepath_figure
from matxai.constitutive.figures.residuals import residuals_figure
from matxai.constitutive.laws import LAWS
from matxai.constitutive.quantities import Units, feature_quantity
from matxai.run.job import job
from matxai.plotting.history import history_figure
from matxai.plotting.style import save

with job(snakemake) as run:
    case, units = run.params.case, Units(**run.params.units)
    title = run.params.title
    for name, target, network in (
        ("history", case["target"], "one-step network"),
        ("recurrent_history", "stress", "recurrent network"),
    ):
        history = pd.read_csv(run.input[name]).rename(columns={"val_error": "val_rmse"})
        quantity = feature_quantity(target, units)
        figure = history_figure(
            history, quantity, f"{title}: {network}", error="val_rmse", log=True
        )
        save(figure, run.output[name])
    path = pd.read_csv(run.input.onepath)
    path["plastic"] = path["group"] == "plastic step"
    number = path["path"].iloc[0]
    figure = onepath_figure(path, units, f"{title}: test path {number}", LAWS[case["law"]])
    save(figure, run.output.onepath)
    table = pd.read_parquet(run.input.predictions)
    table["residual"] = table["prediction"] - table["stress"]
    bands = pd.read_csv(run.input.residual_bands)
    save(residuals_figure(table, bands, units, title), run.output.residuals)
