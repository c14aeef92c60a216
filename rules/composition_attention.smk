# Line `composition`: what is shown of the attention: figures, videos, pages.
ATTENTION_VIEWS = COMPOSITION_PLAN.attention_views()
ATTENTION_SHOWN = {
    view: shown_from(
        "results/{study}/composition/{dataset}/{network}/seed{seed}/attention",
        "composition",
        dataset="{dataset}",
        network="{network}",
        seed="{seed}",
        view=view.replace("compound", "compound "),
    )
    for view in [*ATTENTION_VIEWS, "elements"]
}


rule plot_attention:
    """Choose compounds; draw their final attention, and which elements attend to which on average."""
    input:
        attention="results/{study}/composition/{dataset}/{network}/seed{seed}/attention.zarr.zip",
        history="results/{study}/composition/{dataset}/{network}/seed{seed}/history.csv",
    output:
        compounds="results/{study}/composition/{dataset}/{network}/seed{seed}/attention/compounds.csv",
        figures=[
            ATTENTION_SHOWN[view](
                f"{view}.svg", "composition_attention_final", "attention"
            )
            for view in ATTENTION_VIEWS
        ],
        tables=[
            ATTENTION_SHOWN[view](
                f"{view}.csv", "composition_attention_final", "attention"
            )
            for view in ATTENTION_VIEWS
        ],
        elements_figure=ATTENTION_SHOWN["elements"](
            "elements.svg", "composition_attention_elements", "attention"
        ),
        elements_table=ATTENTION_SHOWN["elements"](
            "elements.csv", "composition_attention_elements", "attention"
        ),
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
        target=lambda wildcards: COMPOSITION_PLAN.target(wildcards.dataset),
        views=plain(COMPOSITION.attention_views, without={"frames_per_second"}),
        code=code("plot_attention.py"),
        libs=libs("plot_attention.py"),
    message:
        "Plot attention: {wildcards.network}, {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/plot_attention.py"


rule render_attention:
    """Make videos and interactive pages of the chosen compounds, and a page of the elements."""
    input:
        attention="results/{study}/composition/{dataset}/{network}/seed{seed}/attention.zarr.zip",
        history="results/{study}/composition/{dataset}/{network}/seed{seed}/history.csv",
        compounds="results/{study}/composition/{dataset}/{network}/seed{seed}/attention/compounds.csv",
        elements="results/{study}/composition/{dataset}/{network}/seed{seed}/attention/elements.csv",
    output:
        videos=[
            ATTENTION_SHOWN[view](
                f"{view}.mp4", "composition_attention_video", "attention"
            )
            for view in ATTENTION_VIEWS
        ],
        pages=[
            ATTENTION_SHOWN[view](
                f"{view}.html", "composition_attention_page", "attention"
            )
            for view in ATTENTION_VIEWS
        ],
        elements_page=ATTENTION_SHOWN["elements"](
            "elements.html", "composition_attention_elements_page", "attention"
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
        target=lambda wildcards: COMPOSITION_PLAN.target(wildcards.dataset),
        frames_per_second=COMPOSITION.attention_views.frames_per_second,
        minimum=COMPOSITION.attention_views.minimum,
        code=code("render_attention.py"),
        libs=libs("render_attention.py"),
    message:
        "Attention videos and pages: {wildcards.network}, {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/render_attention.py"
