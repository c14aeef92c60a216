# Line `composition`: what is shown of the attention: figures, videos, pages.
ATTENTION_VIEWS = COMPOSITION_PLAN.attention_views()
of_attention = lambda view, suffix, caption: of_trained(
    f"attention/{view}.{suffix}", caption, "attention", view=view
)


rule plot_crabnet_attention:
    """Choose compounds; draw their attention, and which elements attend to which on average."""
    input:
        attention=f"{TRAINED}/attention.zarr.zip",
        history=f"{TRAINED}/history.csv",
    output:
        compounds=of_attention("compounds", "csv", "composition/attention_compounds"),
        figures=[
            of_attention(view, "svg", "composition/attention_kept")
            for view in ATTENTION_VIEWS
        ],
        tables=[
            of_attention(view, "csv", "composition/attention_kept")
            for view in ATTENTION_VIEWS
        ],
        elements_figure=of_attention(
            "elements", "svg", "composition/attention_elements"
        ),
        elements_table=of_attention("elements", "csv", "composition/attention_elements"),
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/plot_crabnet_attention.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/{network}/seed{seed}/plot_crabnet_attention.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000, per_mb=20),
        runtime=by_size(20, per_mb=0.1),
    params:
        target=target_of,
        views=plain(COMPOSITION.attention_views, without={"frames_per_second"}),
        names=ATTENTION_VIEWS,
        captured=COMPOSITION_PLAN.captured(),
        title=TRAINED_TITLE,
        code=code("composition/plot_crabnet_attention.py"),
        libs=libs("composition/plot_crabnet_attention.py"),
    message:
        "Plot attention: {wildcards.network}, {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/composition/plot_crabnet_attention.py"


rule render_crabnet_attention:
    """Make videos and interactive pages of the chosen compounds, and a page of the elements."""
    input:
        attention=f"{TRAINED}/attention.zarr.zip",
        history=f"{TRAINED}/history.csv",
        compounds=f"{TRAINED}/attention/compounds.csv",
        elements=f"{TRAINED}/attention/elements.csv",
    output:
        videos=[
            of_attention(view, "mp4", "composition/attention_video")
            for view in ATTENTION_VIEWS
        ],
        pages=[
            of_attention(view, "html", "composition/attention_page")
            for view in ATTENTION_VIEWS
        ],
        elements_page=of_attention(
            "elements", "html", "composition/attention_elements_page"
        ),
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/render_crabnet_attention.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/{network}/seed{seed}/render_crabnet_attention.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000, per_mb=20),
        runtime=by_size(20, per_mb=0.1),
    params:
        target=target_of,
        frames_per_second=COMPOSITION.attention_views.frames_per_second,
        minimum=COMPOSITION.attention_views.minimum,
        captured=COMPOSITION_PLAN.captured(),
        title=TRAINED_TITLE,
        code=code("composition/render_crabnet_attention.py"),
        libs=libs("composition/render_crabnet_attention.py"),
    message:
        "Attention videos and pages: {wildcards.network}, {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/composition/render_crabnet_attention.py"
