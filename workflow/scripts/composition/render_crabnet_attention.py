"""Make videos and interactive pages of chosen compounds' attention, and a page of the elements."""

from itertools import zip_longest

import _bootstrap  # noqa: F401
import pandas as pd
from matxai.composition.attention.elements import read_elements
from matxai.composition.attention.store import AttentionStore
from matxai.composition.figures.attention_video import Frames, frame_rate, no_frames
from matxai.composition.attention.views import kept_entry, none_left, read_formulas, view_of
from matxai.composition.figures.attention_elements_page import (
    element_attention_page,
    elements_caption,
)
from matxai.composition.figures.attention_page import attention_page, empty_page, page_caption
from matxai.composition.evaluation.target import target_quantity
from matxai.run.job import job
from matxai.plotting.page import write_page
from matxai.run.progress import progress
from matxai.plotting.video import write_video

with job(snakemake) as run:
    origin = run.params.title
    target = target_quantity(run.params.target)
    formulas = read_formulas(run.input.compounds)
    with AttentionStore(run.input.attention) as store:
        kept = kept_entry(store, pd.read_csv(run.input.history))
        views = [view_of(store, formula, target, origin, kept) for formula in formulas]
    reason = none_left(len(views))
    for view, video, page in zip_longest(views, run.output.videos, run.output.pages):
        if view is None:
            write_video(no_frames(reason), video, 1)
            write_page(empty_page(), page, origin, reason)
            continue
        frames = Frames(view)
        rate = frame_rate(len(frames), run.params.frames_per_second)
        write_video(progress(frames, f"frames of {view.history.formula}"), video, rate)
        write_page(attention_page(view), page, view.title, page_caption(view))
    write_page(
        element_attention_page(read_elements(run.input.elements), run.params.minimum),
        run.output.elements_page,
        f"Which elements attend to which ({origin})",
        elements_caption(run.params.minimum, run.params.captured),
    )
