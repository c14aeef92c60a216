"""Make videos and interactive pages of the chosen compounds' attention through training."""

from itertools import zip_longest

import _bootstrap  # noqa: F401
import pandas as pd
from matxai.composition.attention.shown_compounds import (
    ShownCompound,
    entry_of_kept_weights,
    no_further_compound,
    read_formulas,
)
from matxai.composition.attention.store import AttentionStore
from matxai.composition.evaluation.target import target_quantity
from matxai.composition.figures.attention_page import attention_page, empty_page, page_caption
from matxai.composition.figures.attention_video import Frames, frame_rate, no_frames
from matxai.plotting.page import write_page
from matxai.plotting.video import write_video
from matxai.run.job import job
from matxai.run.progress import progress

with job(snakemake) as run:
    title, target = run.params.title, target_quantity(run.params.target)
    formulas = read_formulas(run.input.compounds)
    with AttentionStore(run.input.attention) as store:
        kept = entry_of_kept_weights(store, pd.read_csv(run.input.history))
        compounds = [
            ShownCompound.read(store, formula, target, title, kept) for formula in formulas
        ]
    reason = no_further_compound(len(compounds))
    for compound, video, page in zip_longest(compounds, run.output.videos, run.output.pages):
        if compound is None:
            write_video(no_frames(reason), video, 1)
            write_page(empty_page(), page, title, reason)
            continue
        frames = Frames(compound)
        rate = frame_rate(len(frames), run.params.videos["frames_per_second"])
        write_video(progress(frames, f"frames of {compound.history.formula}"), video, rate)
        write_page(attention_page(compound), page, compound.title, page_caption(compound))
