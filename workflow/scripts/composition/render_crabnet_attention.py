"""Make videos and interactive pages of the chosen compounds' attention through training."""

from itertools import zip_longest

import _bootstrap  # noqa: F401
import pandas as pd
from matxai.composition.attention.store import AttentionStore
from matxai.composition.attention.views import kept_entry, none_left, read_formulas, view_of
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
        kept = kept_entry(store, pd.read_csv(run.input.history))
        views = [view_of(store, formula, target, title, kept) for formula in formulas]
    reason = none_left(len(views))
    for view, video, page in zip_longest(views, run.output.videos, run.output.pages):
        if view is None:
            write_video(no_frames(reason), video, 1)
            write_page(empty_page(), page, title, reason)
            continue
        frames = Frames(view)
        rate = frame_rate(len(frames), run.params.videos["frames_per_second"])
        write_video(progress(frames, f"frames of {view.history.formula}"), video, rate)
        write_page(attention_page(view), page, view.title, page_caption(view))
