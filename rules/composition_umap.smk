# Line `composition`: local and global UMAPs of the networks.


rule explain_crabnet_umap:
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
            "composition/umap_stability",
            "UMAP",
            view="stability",
        ),
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/explain_crabnet_umap.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/{network}/seed{seed}/explain_crabnet_umap.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(4000, per_mb=20),
        runtime=by_size(60),
    params:
        local_umap=plain(COMPOSITION.local_umap) if COMPOSITION.local_umap else None,
        global_umap=plain(COMPOSITION.global_umap) if COMPOSITION.global_umap else None,
        code=code("composition/explain_crabnet_umap.py"),
        libs=libs("composition/explain_crabnet_umap.py"),
    message:
        "UMAP: {wildcards.network}, {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/composition/explain_crabnet_umap.py"


rule plot_crabnet_umap:
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
                    "local": "composition/umap_local",
                    "global": "composition/umap_global",
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
                f"composition/umap_{scope}",
                "UMAP",
                view=f"{scope}, all",
            )
            for scope in COMPOSITION_PLAN.umap_views()
        },
        stability=of_trained(
            "umap/stability.svg",
            "composition/umap_stability",
            "UMAP",
            view="stability",
        ),
        summary=of_trained(
            "umap/stability_summary.csv",
            "composition/umap_stability",
            "UMAP",
            view="stability, summary",
        ),
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/plot_crabnet_umap.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/{network}/seed{seed}/plot_crabnet_umap.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(3000, per_mb=50),
        runtime=by_size(30),
    params:
        target=lambda wildcards: COMPOSITION_PLAN.target(wildcards.dataset),
        views=COMPOSITION_PLAN.umap_views(),
        title=TRAINED_TITLE,
        code=code("composition/plot_crabnet_umap.py"),
        libs=libs("composition/plot_crabnet_umap.py"),
    message:
        "Plot UMAP: {wildcards.network}, {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/composition/plot_crabnet_umap.py"
