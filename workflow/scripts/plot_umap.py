"""Draw every UMAP in every colouring, how far each can be trusted, and the interactive pages."""

import _bootstrap  # noqa: F401
import pandas as pd
from matxai.composition.figures.umap_global import global_umap_figure
from matxai.composition.figures.umap_local import local_umap_figure, one_row_each
from matxai.composition.figures.umap_pages import global_page, local_page
from matxai.composition.figures.umap_stability import stability_figure
from matxai.composition.target import target_quantity
from matxai.job import job
from matxai.plotting.map_page import write_map_page
from matxai.plotting.style import save
from matxai.progress import progress

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
    points = {"local": pd.read_parquet(run.input.local), "global": pd.read_parquet(run.input.whole)}
    maps = pd.read_csv(run.input.stability).fillna({"skipped": ""})
    for view, path in progress(run.params.figures.items(), "figures"):
        if path.startswith("umap/local/"):
            mine = points["local"][points["local"]["element"] == view]
            one_row_each(mine).to_csv(run.output[f"{view}_table"], index=False)
            held = maps[maps["element"] == view]
            figure = local_umap_figure(mine, held, target, f"{view}: {name}")
        else:
            number = int(view.removeprefix("layer"))
            mine = points["global"][points["global"]["layer"] == number]
            mine.round(6).to_csv(run.output[f"{view}_table"], index=False)
            one = maps[(maps["scope"] == "global") & (maps["layer"] == number)]
            figure = global_umap_figure(mine, one, target, f"Layer {number}: {name}")
        save(figure, run.output[f"{view}_figure"])
    pages = {"local": local_page, "global": global_page}
    for scope in run.params.pages:
        page = pages[scope](points[scope], maps[maps["scope"] == scope], target)
        title = f"{scope.capitalize()} UMAP: {name}"
        write_map_page(page, run.output[f"{scope}_page"], title, CAPTIONS[scope])
    save(stability_figure(maps, name), run.output.stability)
