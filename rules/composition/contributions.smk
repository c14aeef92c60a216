# Line `composition`: what a network assigns to each element of a compound.
CRABNET_CONTRIBUTIONS = COMPOSITION_LINE.target(
    "contributions",
    "What the networks assign to each element of a compound: means on the periodic table, distributions beside the targets; a check that they average to the prediction.",
)


rule explain_crabnet_contributions:
    """Take every element's contribution; fail unless those of a compound average to its prediction."""
    input:
        compounds=COMPOSITION_DATASET.file("compounds.parquet"),
        model=CRABNET_EXPLAINED.file("model.safetensors"),
    output:
        occurrences=CRABNET_EXPLAINED.output("contributions/occurrences.parquet"),
        elements=CRABNET_EXPLAINED.output("contributions/elements.csv"),
        check=CRABNET_CONTRIBUTIONS.result(
            CRABNET_EXPLAINED, "contributions/check.csv", "contributions_check"
        ),
    log:
        CRABNET.log("explain_crabnet_contributions"),
    benchmark:
        CRABNET.benchmark("explain_crabnet_contributions")
    conda:
        TORCH
    resources:
        mem_mb=by_size(2000, per_mb=50),
        runtime=by_size(20, per_mb=0.2),
    params:
        **tracked("composition/explain_crabnet_contributions.py"),
    script:
        script_file("composition/explain_crabnet_contributions.py")


rule plot_crabnet_contributions:
    """Draw mean contributions on the periodic table, and distributions beside those of the targets."""
    input:
        elements=CRABNET_EXPLAINED.file("contributions/elements.csv"),
    output:
        **{
            f"{name}_{kind}": CRABNET_CONTRIBUTIONS.result(
                CRABNET_EXPLAINED,
                f"contributions/{name}{suffix}",
                f"contributions_{name}",
            )
            for name in ("periodic_table", "distribution")
            for kind, suffix in (("figure", ".svg"), ("table", ".csv"))
        },
    log:
        CRABNET.log("plot_crabnet_contributions"),
    benchmark:
        CRABNET.benchmark("plot_crabnet_contributions")
    conda:
        TORCH
    params:
        **tracked("composition/plot_crabnet_contributions.py"),
        target=composition_axis,
        contributions=COMPOSITION.contributions.plain(),
        title=CRABNET_TITLE,
    script:
        script_file("composition/plot_crabnet_contributions.py")
