# Line `composition`: what a network assigns to each element of a compound.


rule explain_crabnet_contributions:
    """Take every element's contribution; fail unless those of a compound average to its prediction."""
    input:
        compounds=f"{DATASET}/compounds.parquet",
        model=f"{TRAINED}/model.safetensors",
    output:
        occurrences=f"{TRAINED}/contributions/occurrences.parquet",
        elements=f"{TRAINED}/contributions/elements.csv",
        check=of_trained(
            "contributions/check.csv",
            "composition/contributions_check",
            "contributions",
        ),
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/explain_crabnet_contributions.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/{network}/seed{seed}/explain_crabnet_contributions.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 2
    resources:
        mem_mb=by_size(2000, per_mb=50),
        runtime=by_size(20, per_mb=0.2),
    params:
        code=code("composition/explain_crabnet_contributions.py"),
        libs=libs("composition/explain_crabnet_contributions.py"),
    message:
        "Contributions: {wildcards.network}, {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/composition/explain_crabnet_contributions.py"


rule plot_crabnet_contributions:
    """Draw mean contributions on the periodic table, and distributions beside those of the targets."""
    input:
        elements=f"{TRAINED}/contributions/elements.csv",
    output:
        periodic_table_figure=of_trained(
            "contributions/periodic_table.svg",
            "composition/contributions_periodic_table",
            "contributions",
        ),
        periodic_table_table=of_trained(
            "contributions/periodic_table.csv",
            "composition/contributions_periodic_table",
            "contributions",
        ),
        distribution_figure=of_trained(
            "contributions/distribution.svg",
            "composition/contributions_distribution",
            "contributions",
        ),
        distribution_table=of_trained(
            "contributions/distribution.csv",
            "composition/contributions_distribution",
            "contributions",
        ),
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/plot_crabnet_contributions.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/{network}/seed{seed}/plot_crabnet_contributions.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000),
        runtime=by_size(10),
    params:
        target=target_of,
        minimum=COMPOSITION.contributions.minimum,
        elements=COMPOSITION.contributions.elements,
        title=TRAINED_TITLE,
        code=code("composition/plot_crabnet_contributions.py"),
        libs=libs("composition/plot_crabnet_contributions.py"),
    message:
        "Plot contributions: {wildcards.network}, {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/composition/plot_crabnet_contributions.py"
