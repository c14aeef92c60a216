"""Draw every UMAP in every colouring, how far each can be trusted, and the interactive pages."""

import _bootstrap  # noqa: F401
import pandas as pd
from matxai.composition.figures.umap import (
    global_page,
    global_umap_figure,
    local_page,
    local_umap_figure,
    one_row_each,
    stability_figure,
)
from matxai.composition.evaluation.target import target_quantity
from matxai.composition.umap.summary import stability_summary
from matxai.run.job import job
from matxai.plotting.point_map import write_map_page
from matxai.plotting.style import save
from matxai.run.progress import progress

CAPTIONS = {
    "local": "An element's vectors in the compositions that hold it: the layer's value (W_v x + b) and "
    "its output. Hover to read a composition; points that coincide have the same vector. Colours end at "
    "1 % and 99 % of the values, grey: no oxidation state was found.",
    "global": "Mean, range, variance, maximum and minimum of a layer's output over the elements of each "
    "composition, compared by Euclidean distance. Ionic: electronegativities differ by 1.7 or more. "
    "Colours end at 1 % and 99 % of the values.",
}

with job(snakemake) as run:
    name = run.params.title
    target = target_quantity(run.params.target)
    figures = run.params.figures
    points = {scope: pd.read_parquet(run.input[f"{scope}_points"]) for scope in figures}
    maps = pd.read_csv(run.input.stability, dtype={"skipped": str}).fillna({"skipped": ""})
    for element in progress(figures.get("local", []), "elements"):
        mine = points["local"][points["local"]["element"] == element]
        one_row_each(mine).to_csv(run.output[f"{element}_table"], index=False)
        held = maps[maps["element"] == element]
        figure = local_umap_figure(mine, held, target, f"{element}: {name}")
        save(figure, run.output[f"{element}_figure"])
    for number, layer in enumerate(progress(figures.get("global", []), "layers"), start=1):
        mine = points["global"][points["global"]["layer"] == number]
        mine.round(6).to_csv(run.output[f"{layer}_table"], index=False)
        one = maps[(maps["scope"] == "global") & (maps["layer"] == number)]
        figure = global_umap_figure(mine, one, target, f"Layer {number}: {name}")
        save(figure, run.output[f"{layer}_figure"])
    pages = {"local": local_page, "global": global_page}
    for scope in figures:
        page = pages[scope](points[scope], maps[maps["scope"] == scope], target)
        title = f"{scope.capitalize()} UMAP: {name}"
        write_map_page(page, run.output[f"{scope}_page"], title, CAPTIONS[scope])
    save(stability_figure(maps, name), run.output.stability)
    stability_summary(maps).round(4).to_csv(run.output.summary, index=False)
