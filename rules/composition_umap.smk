# Line `composition`: local and global UMAPs of the networks.


rule explain_umap:
    """Map the vectors of single elements and of whole compounds to two dimensions, layer by layer."""
    input:
        compounds=f"{DATASET}/compounds.parquet",
        oxidation=f"{DATASET}/oxidation.csv",
        model=f"{TRAINED}/model.safetensors",
        predictions=f"{TRAINED}/predictions.csv",
    output:
        local=f"{TRAINED}/umap/local.parquet",
        whole=f"{TRAINED}/umap/global.parquet",
        stability=of_trained(
            "umap/stability.csv",
            "composition_umap_stability",
            "UMAP",
            view="stability",
        ),
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/explain_umap.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/{network}/seed{seed}/explain_umap.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000, per_mb=20),
        runtime=growing(60),
    params:
        local_umap=plain(COMPOSITION.local_umap) if COMPOSITION.local_umap else None,
        global_umap=plain(COMPOSITION.global_umap) if COMPOSITION.global_umap else None,
        code=code("explain_umap.py"),
        libs=libs("explain_umap.py"),
    message:
        "UMAP: {wildcards.network}, {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/explain_umap.py"


rule plot_umap:
    """Draw every UMAP in every colouring, how far each can be trusted, and the interactive pages."""
    input:
        local=f"{TRAINED}/umap/local.parquet",
        whole=f"{TRAINED}/umap/global.parquet",
        stability=f"{TRAINED}/umap/stability.csv",
    output:
        **{
            f"{view}_{kind}": of_trained(
                f"{path}.{suffix}",
                (
                    "composition_umap_global"
                    if view.startswith("layer")
                    else "composition_umap_local"
                ),
                "UMAP",
                view=view,
            )
            for view, path in COMPOSITION_PLAN.umap_figures().items()
            for kind, suffix in (("figure", "svg"), ("table", "csv"))
        },
        **{
            f"{name}_page": of_trained(
                f"umap/{name}.html",
                f"composition_umap_{name}",
                "UMAP",
                view=f"{name}, all",
            )
            for name in COMPOSITION_PLAN.umap_pages()
        },
        stability=of_trained(
            "umap/stability.svg",
            "composition_umap_stability",
            "UMAP",
            view="stability",
        ),
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/plot_umap.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/{network}/seed{seed}/plot_umap.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=growing(3000, per_mb=50),
        runtime=growing(30),
    params:
        target=target_of,
        figures=COMPOSITION_PLAN.umap_figures(),
        pages=COMPOSITION_PLAN.umap_pages(),
        title=TRAINED_TITLE,
        code=code("plot_umap.py"),
        libs=libs("plot_umap.py"),
    message:
        "Plot UMAP: {wildcards.network}, {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/plot_umap.py"
