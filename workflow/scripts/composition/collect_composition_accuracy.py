"""Compare the networks of all seeds, and their means, with the baselines."""

import _bootstrap  # noqa: F401
from matxai.composition.evaluation.accuracy import accuracy_table, read_test_predictions
from matxai.composition.evaluation.target import scored_quantity
from matxai.composition.settings.tasks import MAIN_METRIC
from matxai.run.job import job
from matxai.plotting.accuracy import accuracy_figure
from matxai.plotting.style import save

with job(snakemake) as run:
    predictions = read_test_predictions([*run.input.networks, run.input.baselines])
    table = accuracy_table(predictions, run.params.target["task"])
    table.to_csv(run.output.table, index=False)
    metric = MAIN_METRIC[run.params.target["task"]]
    shown = table[table["metric"] == metric].rename(columns={"value": metric})
    target = scored_quantity(run.params.target)
    figure = accuracy_figure(shown, target, run.wildcards.dataset, metric=metric)
    save(figure, run.output.figure)
    print(table.to_string(index=False))
