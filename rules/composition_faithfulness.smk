# Line `composition`: does attention explain the prediction?


rule explain_crabnet_faithfulness:
    """Compare attention with removal, integrated gradients along the encoding and contributions."""
    input:
        compounds=f"{DATASET}/compounds.parquet",
        model=f"{TRAINED}/model.safetensors",
    output:
        elements=f"{TRAINED}/faithfulness/elements.parquet",
        agreement=of_trained(
            "faithfulness/agreement.csv", "composition/faithfulness", "faithfulness"
        ),
        references=of_trained(
            "faithfulness/references.csv",
            "composition/faithfulness_references",
            "faithfulness",
        ),
        check=of_trained(
            "faithfulness/check.csv", "composition/faithfulness_check", "faithfulness"
        ),
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/explain_crabnet_faithfulness.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/{network}/seed{seed}/explain_crabnet_faithfulness.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 2
    resources:
        mem_mb=by_size(2000, per_mb=50),
        runtime=by_size(30, per_mb=0.5),
    params:
        faithfulness=(
            plain(COMPOSITION.faithfulness) if COMPOSITION.faithfulness else None
        ),
        code=code("composition/explain_crabnet_faithfulness.py"),
        libs=libs("composition/explain_crabnet_faithfulness.py"),
    message:
        "Faithfulness: {wildcards.network}, {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/composition/explain_crabnet_faithfulness.py"


rule plot_crabnet_faithfulness:
    """Draw the agreement of every layer and head with each reference."""
    input:
        agreement=f"{TRAINED}/faithfulness/agreement.csv",
        references=f"{TRAINED}/faithfulness/references.csv",
    output:
        figure=of_trained(
            "faithfulness/agreement.svg", "composition/faithfulness", "faithfulness"
        ),
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/plot_crabnet_faithfulness.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/{network}/seed{seed}/plot_crabnet_faithfulness.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000),
        runtime=by_size(10),
    params:
        title=TRAINED_TITLE,
        code=code("composition/plot_crabnet_faithfulness.py"),
        libs=libs("composition/plot_crabnet_faithfulness.py"),
    message:
        "Plot faithfulness: {wildcards.network}, {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/composition/plot_crabnet_faithfulness.py"
