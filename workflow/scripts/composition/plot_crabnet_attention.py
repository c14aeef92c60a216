"""Draw the attention of chosen compounds, and which elements attend to which on average."""

from itertools import zip_longest

import _bootstrap  # noqa: F401
import pandas as pd
from matxai.composition.settings.analyses import AttentionViews
from matxai.composition.attention.elements import element_attention
from matxai.composition.attention.store import AttentionStore
from matxai.composition.attention.views import (
    compounds_table,
    kept_entry,
    none_left,
    shown_formulas,
    view_of,
    weights_table,
)
from matxai.composition.figures.attention import kept_attention
from matxai.composition.figures.attention_elements import element_attention_map
from matxai.composition.evaluation.target import target_quantity
from matxai.run.job import job
from matxai.plotting.style import empty_figure, save

with job(snakemake) as run:
    origin = run.params.title
    target = target_quantity(run.params.target)
    asked = AttentionViews.from_plain(run.params.views)
    with AttentionStore(run.input.attention) as store:
        formulas = shown_formulas(store, asked, len(run.output.figures))
        kept = kept_entry(store, pd.read_csv(run.input.history))
        views = [view_of(store, formula, target, origin, kept) for formula in formulas]
        elements = element_attention(store, kept)
    compounds = compounds_table(views, run.params.names)
    print(compounds.to_string(index=False))
    compounds.to_csv(run.output.compounds, index=False)
    reason = none_left(len(views))
    for view, figure, table in zip_longest(views, run.output.figures, run.output.tables):
        save(kept_attention(view) if view else empty_figure(reason), figure)
        weights = (
            weights_table(view.history, view.kept) if view else pd.DataFrame([{"note": reason}])
        )
        weights.to_csv(table, index=False)
    elements.to_csv(run.output.elements_table, index=False, float_format="%.6g")
    title = f"Which elements attend to which in {run.params.captured}: {origin}"
    save(element_attention_map(elements, asked.minimum, title), run.output.elements_figure)
