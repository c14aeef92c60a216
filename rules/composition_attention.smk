# Line `composition`: what is shown of the attention: figures, videos, pages.
ATTENTION_VIEWS = COMPOSITION_PLAN.attention_views()
of_attention = lambda view, suffix, caption: of_trained(
    f"attention/{view}.{suffix}", caption, "attention", view=view
)


rule plot_attention:
    """Choose compounds; draw their attention, and which elements attend to which on average."""
    input:
        attention=f"{TRAINED}/attention.zarr.zip",
        history=f"{TRAINED}/history.csv",
    output:
        compounds=of_attention("compounds", "csv", "composition_attention_compounds"),
        figures=[
            of_attention(view, "svg", "composition_attention_kept")
            for view in ATTENTION_VIEWS
        ],
        tables=[
            of_attention(view, "csv", "composition_attention_kept")
            for view in ATTENTION_VIEWS
        ],
        elements_figure=of_attention(
            "elements", "svg", "composition_attention_elements"
        ),
        elements_table=of_attention("elements", "csv", "composition_attention_elements"),
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/plot_attention.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/{network}/seed{seed}/plot_attention.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000, per_mb=20),
        runtime=growing(20, per_mb=0.1),
    params:
        target=target_of,
        views=plain(COMPOSITION.attention_views, without={"frames_per_second"}),
        names=ATTENTION_VIEWS,
        captured=COMPOSITION_PLAN.captured(),
        title=TRAINED_TITLE,
        code=code("plot_attention.py"),
        libs=libs("plot_attention.py"),
    message:
        "Plot attention: {wildcards.network}, {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/plot_attention.py"


rule render_attention:
    """Make videos and interactive pages of the chosen compounds, and a page of the elements."""
    input:
        attention=f"{TRAINED}/attention.zarr.zip",
        history=f"{TRAINED}/history.csv",
        compounds=f"{TRAINED}/attention/compounds.csv",
        elements=f"{TRAINED}/attention/elements.csv",
    output:
        videos=[
            of_attention(view, "mp4", "composition_attention_video")
            for view in ATTENTION_VIEWS
        ],
        pages=[
            of_attention(view, "html", "composition_attention_page")
            for view in ATTENTION_VIEWS
        ],
        elements_page=of_attention(
            "elements", "html", "composition_attention_elements_page"
        ),
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/render_attention.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/{network}/seed{seed}/render_attention.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000, per_mb=20),
        runtime=growing(20, per_mb=0.1),
    params:
        target=target_of,
        frames_per_second=COMPOSITION.attention_views.frames_per_second,
        minimum=COMPOSITION.attention_views.minimum,
        captured=COMPOSITION_PLAN.captured(),
        title=TRAINED_TITLE,
        code=code("render_attention.py"),
        libs=libs("render_attention.py"),
    message:
        "Attention videos and pages: {wildcards.network}, {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/render_attention.py"
