# Line `composition`: what a network assigns to each element of a compound.


rule explain_contributions:
    """Take every element's contribution; fail unless those of a compound average to its prediction."""
    input:
        compounds="results/{study}/composition/{dataset}/compounds.parquet",
        model="results/{study}/composition/{dataset}/{network}/seed{seed}/model.safetensors",
    output:
        occurrences="results/{study}/composition/{dataset}/{network}/seed{seed}/contributions/occurrences.parquet",
        elements="results/{study}/composition/{dataset}/{network}/seed{seed}/contributions/elements.csv",
        check=shown(
            "results/{study}/composition/{dataset}/{network}/seed{seed}/contributions/check.csv",
            "composition_contributions_check",
            "composition",
            "contributions",
            dataset="{dataset}",
            network="{network}",
            seed="{seed}",
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
        elements="results/{study}/composition/{dataset}/{network}/seed{seed}/contributions/elements.csv",
    output:
        periodic_table_figure=shown(
            "results/{study}/composition/{dataset}/{network}/seed{seed}/contributions/periodic_table.svg",
            "composition_contributions_periodic_table",
            "composition",
            "contributions",
            dataset="{dataset}",
            network="{network}",
            seed="{seed}",
        ),
        periodic_table_table=shown(
            "results/{study}/composition/{dataset}/{network}/seed{seed}/contributions/periodic_table.csv",
            "composition_contributions_periodic_table",
            "composition",
            "contributions",
            dataset="{dataset}",
            network="{network}",
            seed="{seed}",
        ),
        distribution_figure=shown(
            "results/{study}/composition/{dataset}/{network}/seed{seed}/contributions/distribution.svg",
            "composition_contributions_distribution",
            "composition",
            "contributions",
            dataset="{dataset}",
            network="{network}",
            seed="{seed}",
        ),
        distribution_table=shown(
            "results/{study}/composition/{dataset}/{network}/seed{seed}/contributions/distribution.csv",
            "composition_contributions_distribution",
            "composition",
            "contributions",
            dataset="{dataset}",
            network="{network}",
            seed="{seed}",
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
        target=lambda wildcards: COMPOSITION_PLAN.target(wildcards.dataset),
        minimum=COMPOSITION.contributions.minimum,
        elements=COMPOSITION.contributions.elements,
        code=code("plot_contributions.py"),
        libs=libs("plot_contributions.py"),
    message:
        "Plot contributions: {wildcards.network}, {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/plot_contributions.py"
