# Line `composition`: what is shown of the attention: figures, videos, pages.
CRABNET_ATTENTION = COMPOSITION_LINE.target(
    "attention",
    "Attention of every layer and head: size, reading time and check; that of the kept weights for single compounds; which elements attend to which on average, with intervals.",
)
CRABNET_ATTENTION_VIDEOS = COMPOSITION_LINE.target(
    "attention_videos",
    "A video of each compound shown: all layers and heads through training beside prediction, true value and the error of all captured compounds.",
    "attention",
)
CRABNET_ATTENTION_PAGES = COMPOSITION_LINE.target(
    "attention_pages",
    "The same as interactive pages with a slider; the map between elements of each layer and head.",
    "attention",
)
CRABNET_COMPOUNDS = [f"attention/{name}" for name in COMPOSITION.compounds_shown()]


if COMPOSITION.attention:

    rule plot_crabnet_attention:
        """Check the attention; draw that of chosen compounds, and which elements attend to which."""
        input:
            attention=CRABNET_EXPLAINED.file("attention.zarr.zip"),
            history=CRABNET_EXPLAINED.file("history.csv"),
        output:
            summary=CRABNET_ATTENTION.result(
                CRABNET_EXPLAINED, "attention/summary.csv", "attention_summary"
            ),
            compounds=CRABNET_ATTENTION.result(
                CRABNET_EXPLAINED, "attention/compounds.csv", "attention_compounds"
            ),
            figures=CRABNET_ATTENTION.each(
                CRABNET_EXPLAINED, CRABNET_COMPOUNDS, ".svg", "attention_kept"
            ),
            tables=CRABNET_ATTENTION.each(
                CRABNET_EXPLAINED, CRABNET_COMPOUNDS, ".csv", "attention_kept"
            ),
            elements_figure=CRABNET_ATTENTION.result(
                CRABNET_EXPLAINED, "attention/elements.svg", "attention_elements"
            ),
            elements_table=CRABNET_ATTENTION.result(
                CRABNET_EXPLAINED, "attention/elements.csv", "attention_elements"
            ),
            elements_page=CRABNET_ATTENTION_PAGES.result(
                CRABNET_EXPLAINED, "attention/elements.html", "attention_elements_page"
            ),
        log:
            CRABNET.log("plot_crabnet_attention"),
        benchmark:
            CRABNET.benchmark("plot_crabnet_attention")
        conda:
            TORCH
        resources:
            mem_mb=by_size(2000, per_mb=20),
            runtime=by_size(20, per_mb=0.1),
        params:
            **tracked("composition/plot_crabnet_attention.py"),
            target=composition_axis,
            shown=COMPOSITION.attention_figures.plain(),
            names=COMPOSITION.compounds_shown(),
            captured=COMPOSITION.attention.words,
            title=CRABNET_TITLE,
        script:
            script_file("composition/plot_crabnet_attention.py")

    rule render_crabnet_attention:
        """Make videos and interactive pages of the chosen compounds."""
        input:
            attention=CRABNET_EXPLAINED.file("attention.zarr.zip"),
            history=CRABNET_EXPLAINED.file("history.csv"),
            compounds=CRABNET_EXPLAINED.file("attention/compounds.csv"),
        output:
            videos=CRABNET_ATTENTION_VIDEOS.each(
                CRABNET_EXPLAINED, CRABNET_COMPOUNDS, ".mp4", "attention_video"
            ),
            pages=CRABNET_ATTENTION_PAGES.each(
                CRABNET_EXPLAINED, CRABNET_COMPOUNDS, ".html", "attention_page"
            ),
        log:
            CRABNET.log("render_crabnet_attention"),
        benchmark:
            CRABNET.benchmark("render_crabnet_attention")
        conda:
            TORCH
        resources:
            mem_mb=by_size(2000, per_mb=20),
            runtime=by_size(20, per_mb=0.1),
        params:
            **tracked("composition/render_crabnet_attention.py"),
            target=composition_axis,
            videos=COMPOSITION.attention_videos.plain(),
            captured=COMPOSITION.attention.words,
            title=CRABNET_TITLE,
        script:
            script_file("composition/render_crabnet_attention.py")
