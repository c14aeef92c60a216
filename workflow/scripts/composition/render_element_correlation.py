"""Write the interactive twin of the correlation maps, every range and order in one page."""

import _bootstrap  # noqa: F401
from matxai.composition.elements.correlation import correlation_map_of
from matxai.composition.elements.vectors import read_vectors
from matxai.composition.figures.correlation_page import correlation_page
from matxai.run.job import job
from matxai.plotting.page import write_page

with job(snakemake) as run:
    vectors = read_vectors(run.input.vectors)
    views = {title: correlation_map_of(vectors, view) for view, title in run.params.views.items()}
    name = f"{run.wildcards.place} {run.wildcards.vectors}"
    write_page(
        correlation_page(views),
        run.output.page,
        title=f"Element correlation: {name}",
        caption="Pearson correlation between the vectors of each two elements, columns standardised "
        "over the elements shown. Absent elements are blank. Hover to read a pair; the buttons "
        "change the range and order of elements.",
    )
