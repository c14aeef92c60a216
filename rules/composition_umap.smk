# Line `composition`: local and global UMAPs of the networks.


rule explain_umap:
    """Map the vectors of single elements and of whole compounds to two dimensions, layer by layer."""
    input:
        compounds=f"{DATASET}/compounds.parquet",
        oxidation=f"{DATASET}/oxidation.csv",
        model=f"{TRAINED}/model.safetensors",
        predictions=f"{TRAINED}/predictions.csv",
    output:
        local_points=f"{TRAINED}/umap/local.parquet",
        global_points=f"{TRAINED}/umap/global.parquet",
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
        local_points=f"{TRAINED}/umap/local.parquet",
        global_points=f"{TRAINED}/umap/global.parquet",
        stability=f"{TRAINED}/umap/stability.csv",
    output:
        **{
            f"{view}_{kind}": of_trained(
                f"umap/{scope}/{view}.{suffix}",
                {
                    "local": "composition_umap_local",
                    "global": "composition_umap_global",
                }[scope],
                "UMAP",
                view=view,
            )
            for scope, views in COMPOSITION_PLAN.umap_views().items()
            for view in views
            for kind, suffix in (("figure", "svg"), ("table", "csv"))
        },
        **{
            f"{scope}_page": of_trained(
                f"umap/{scope}.html",
                f"composition_umap_{scope}",
                "UMAP",
                view=f"{scope}, all",
            )
            for scope in COMPOSITION_PLAN.umap_views()
        },
        stability=of_trained(
            "umap/stability.svg",
            "composition_umap_stability",
            "UMAP",
            view="stability",
        ),
        summary=of_trained(
            "umap/stability_summary.csv",
            "composition_umap_stability",
            "UMAP",
            view="stability, summary",
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
        target=lambda wildcards: COMPOSITION_PLAN.target(wildcards.dataset),
        views=COMPOSITION_PLAN.umap_views(),
        title=TRAINED_TITLE,
        code=code("plot_umap.py"),
        libs=libs("plot_umap.py"),
    message:
        "Plot UMAP: {wildcards.network}, {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/plot_umap.py"
