# Line `composition`: does attention explain the prediction?


rule explain_faithfulness:
    """Compare attention with removal, integrated gradients and contributions."""
    input:
        compounds="results/{study}/composition/{dataset}/compounds.parquet",
        model="results/{study}/composition/{dataset}/{network}/seed{seed}/model.safetensors",
    output:
        elements="results/{study}/composition/{dataset}/{network}/seed{seed}/faithfulness/elements.parquet",
        agreement=shown(
            "results/{study}/composition/{dataset}/{network}/seed{seed}/faithfulness/agreement.csv",
            "composition_faithfulness",
            "composition",
            "faithfulness",
            dataset="{dataset}",
            network="{network}",
            seed="{seed}",
        ),
        references=shown(
            "results/{study}/composition/{dataset}/{network}/seed{seed}/faithfulness/references.csv",
            "composition_faithfulness_references",
            "composition",
            "faithfulness",
            dataset="{dataset}",
            network="{network}",
            seed="{seed}",
        ),
        check=shown(
            "results/{study}/composition/{dataset}/{network}/seed{seed}/faithfulness/check.csv",
            "composition_faithfulness_check",
            "composition",
            "faithfulness",
            dataset="{dataset}",
            network="{network}",
            seed="{seed}",
        ),
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/explain_faithfulness.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/{network}/seed{seed}/explain_faithfulness.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 2
    resources:
        mem_mb=growing(2000, per_mb=50),
        runtime=growing(30, per_mb=0.5),
    params:
        faithfulness=plain(COMPOSITION.faithfulness),
        code=code("explain_faithfulness.py"),
        libs=libs("explain_faithfulness.py"),
    message:
        "Faithfulness: {wildcards.network}, {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/explain_faithfulness.py"


rule plot_faithfulness:
    """Draw the agreement of every layer and head with each reference."""
    input:
        agreement="results/{study}/composition/{dataset}/{network}/seed{seed}/faithfulness/agreement.csv",
        references="results/{study}/composition/{dataset}/{network}/seed{seed}/faithfulness/references.csv",
    output:
        figure=shown(
            "results/{study}/composition/{dataset}/{network}/seed{seed}/faithfulness/agreement.svg",
            "composition_faithfulness",
            "composition",
            "faithfulness",
            dataset="{dataset}",
            network="{network}",
            seed="{seed}",
        ),
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/plot_faithfulness.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/{network}/seed{seed}/plot_faithfulness.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        code=code("plot_faithfulness.py"),
        libs=libs("plot_faithfulness.py"),
    message:
        "Plot faithfulness: {wildcards.network}, {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/plot_faithfulness.py"
