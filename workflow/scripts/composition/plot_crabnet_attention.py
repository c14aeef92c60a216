"""Check the attention; draw that of chosen compounds, and which elements attend to which."""

from itertools import zip_longest

import _bootstrap  # noqa: F401
import pandas as pd
from matxai.composition.attention.shown_compounds import (
    ShownCompound,
    compounds_table,
    entry_of_kept_weights,
    formulas_to_show,
    no_further_compound,
    weights_table,
)
from matxai.composition.attention.store import AttentionStore
from matxai.composition.attention.tables import element_attention, summarise
from matxai.composition.evaluation.target import target_quantity
from matxai.composition.figures.attention import (
    element_attention_map,
    element_attention_page,
    elements_caption,
    kept_attention,
)
from matxai.composition.settings.analyses import AttentionFigures
from matxai.plotting.page import write_page
from matxai.plotting.style import empty_figure, save
from matxai.run.job import job

with job(snakemake) as run:
    title, captured = run.params.title, run.params.captured
    settings = AttentionFigures.from_plain(run.params.shown)
    summary = summarise(run.input.attention)
    summary.to_csv(run.output.summary, index=False)
    print(summary.T.to_string(header=False))
    with AttentionStore(run.input.attention) as store:
        formulas = formulas_to_show(store, settings, len(run.output.figures))
        kept = entry_of_kept_weights(store, pd.read_csv(run.input.history))
        target = target_quantity(run.params.target)
        shown = [ShownCompound.read(store, formula, target, title, kept) for formula in formulas]
        elements = element_attention(store, kept)
    compounds = compounds_table(shown, run.params.names)
    print(compounds.to_string(index=False))
    compounds.to_csv(run.output.compounds, index=False)
    reason = no_further_compound(len(shown))
    for compound, figure, table in zip_longest(shown, run.output.figures, run.output.tables):
        drawing, weights = empty_figure(reason), pd.DataFrame([{"note": reason}])
        if compound:
            drawing, weights = kept_attention(compound), weights_table(compound.history, kept)
        save(drawing, figure)
        weights.to_csv(table, index=False)
    elements.to_csv(run.output.elements_table, index=False, float_format="%.6g")
    heading = f"Which elements attend to which in {captured}: {title}"
    save(element_attention_map(elements, settings.minimum, heading), run.output.elements_figure)
    page = element_attention_page(elements.astype({"layer": str, "head": str}), settings.minimum)
    caption = elements_caption(settings.minimum, captured)
    write_page(page, run.output.elements_page, f"Which elements attend to which ({title})", caption)
