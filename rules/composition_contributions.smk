# Line `composition`: what a network assigns to each element of a compound.


rule explain_contributions:
    """Take every element's contribution; fail unless those of a compound average to its prediction."""
    input:
        compounds=f"{DATASET}/compounds.parquet",
        model=f"{TRAINED}/model.safetensors",
    output:
        occurrences=f"{TRAINED}/contributions/occurrences.parquet",
        elements=f"{TRAINED}/contributions/elements.csv",
        check=of_trained(
            "contributions/check.csv",
            "composition_contributions_check",
            "contributions",
        ),
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/explain_contributions.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/{network}/seed{seed}/explain_contributions.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 2
    resources:
        mem_mb=growing(2000, per_mb=50),
        runtime=growing(20, per_mb=0.2),
    params:
        code=code("explain_contributions.py"),
        libs=libs("explain_contributions.py"),
    message:
        "Contributions: {wildcards.network}, {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/explain_contributions.py"


rule plot_contributions:
    """Draw mean contributions on the periodic table, and distributions beside those of the targets."""
    input:
        elements=f"{TRAINED}/contributions/elements.csv",
    output:
        periodic_table_figure=of_trained(
            "contributions/periodic_table.svg",
            "composition_contributions_periodic_table",
            "contributions",
        ),
        periodic_table_table=of_trained(
            "contributions/periodic_table.csv",
            "composition_contributions_periodic_table",
            "contributions",
        ),
        distribution_figure=of_trained(
            "contributions/distribution.svg",
            "composition_contributions_distribution",
            "contributions",
        ),
        distribution_table=of_trained(
            "contributions/distribution.csv",
            "composition_contributions_distribution",
            "contributions",
        ),
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/plot_contributions.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/{network}/seed{seed}/plot_contributions.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        target=target_of,
        minimum=COMPOSITION.contributions.minimum,
        elements=COMPOSITION.contributions.elements,
        title=TRAINED_TITLE,
        code=code("plot_contributions.py"),
        libs=libs("plot_contributions.py"),
    message:
        "Plot contributions: {wildcards.network}, {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/plot_contributions.py"
