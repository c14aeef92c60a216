# Line `composition`: local and global UMAPs of the networks.
CRABNET_UMAP = {
    scope: COMPOSITION_LINE.target(f"umap_{scope}", about, "UMAP")
    for scope, about in (
        ("local", "UMAPs of single elements' vectors in every layer."),
        ("global", "UMAPs of whole compositions in every layer."),
    )
}
CRABNET_UMAP_PAGES = COMPOSITION_LINE.target(
    "umap_pages", "All UMAPs as interactive pages.", "UMAP"
)
CRABNET_UMAP_STABILITY = COMPOSITION_LINE.target(
    "umap_stability",
    "How far the UMAPs can be trusted: neighbours kept, and kept with another seed.",
    "UMAP",
)
UMAP_FIGURES = COMPOSITION.umap_figures()


if UMAP_FIGURES:

    rule explain_crabnet_umap:
        """Map the vectors of elements and of whole compounds to two dimensions, layer by layer."""
        input:
            compounds=COMPOSITION_DATASET.file("compounds.parquet"),
            oxidation=COMPOSITION_DATASET.file("oxidation.csv"),
            model=CRABNET_EXPLAINED.file("model.safetensors"),
            predictions=CRABNET_EXPLAINED.file("predictions.csv"),
        output:
            local_points=CRABNET_EXPLAINED.output("umap/local.parquet"),
            global_points=CRABNET_EXPLAINED.output("umap/global.parquet"),
            stability=CRABNET_UMAP_STABILITY.result(
                CRABNET_EXPLAINED, "umap/stability.csv", "umap_stability"
            ),
        log:
            CRABNET.log("explain_crabnet_umap"),
        benchmark:
            CRABNET.benchmark("explain_crabnet_umap")
        priority: LONG
        conda:
            TORCH
        resources:
            mem_mb=by_size(4000, per_mb=20),
            runtime=by_size(60),
        params:
            **tracked("composition/explain_crabnet_umap.py"),
            local_umap=(
                COMPOSITION.local_umap.plain() if COMPOSITION.local_umap else None
            ),
            global_umap=(
                COMPOSITION.global_umap.plain() if COMPOSITION.global_umap else None
            ),
        script:
            script_file("composition/explain_crabnet_umap.py")

    rule plot_crabnet_umap:
        """Draw every UMAP in every colouring, how far each can be trusted, and the interactive pages."""
        input:
            local_points=CRABNET_EXPLAINED.file("umap/local.parquet"),
            global_points=CRABNET_EXPLAINED.file("umap/global.parquet"),
            stability=CRABNET_EXPLAINED.file("umap/stability.csv"),
        output:
            **{
                f"{name}_{kind}": CRABNET_UMAP[scope].result(
                    CRABNET_EXPLAINED, f"umap/{scope}/{name}{suffix}", f"umap_{scope}"
                )
                for scope, names in UMAP_FIGURES.items()
                for name in names
                for kind, suffix in (("figure", ".svg"), ("table", ".csv"))
            },
            **{
                f"{scope}_page": CRABNET_UMAP_PAGES.result(
                    CRABNET_EXPLAINED, f"umap/{scope}.html", f"umap_{scope}"
                )
                for scope in UMAP_FIGURES
            },
            stability=CRABNET_UMAP_STABILITY.result(
                CRABNET_EXPLAINED, "umap/stability.svg", "umap_stability"
            ),
            summary=CRABNET_UMAP_STABILITY.result(
                CRABNET_EXPLAINED, "umap/stability_summary.csv", "umap_stability"
            ),
        log:
            CRABNET.log("plot_crabnet_umap"),
        benchmark:
            CRABNET.benchmark("plot_crabnet_umap")
        conda:
            TORCH
        resources:
            mem_mb=by_size(3000, per_mb=50),
            runtime=by_size(30),
        params:
            **tracked("composition/plot_crabnet_umap.py"),
            target=composition_axis,
            figures=UMAP_FIGURES,
            title=CRABNET_TITLE,
        script:
            script_file("composition/plot_crabnet_umap.py")
