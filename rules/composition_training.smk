# Line `composition`: networks trained and evaluated, beside the baselines.


rule train_crabnet:
    """Fit CrabNet or HotCrab to one data set with one seed; keep its attention if that is asked for."""
    input:
        compounds="results/{study}/composition/{dataset}/compounds.parquet",
        vectors=lambda wildcards: COMPOSITION_PLAN.start(wildcards.network),
    output:
        **COMPOSITION_PLAN.attention_file(
            "results/{study}/composition/{dataset}/{network}/seed{seed}"
        ),
        model="results/{study}/composition/{dataset}/{network}/seed{seed}/model.safetensors",
        history=shown(
            "results/{study}/composition/{dataset}/{network}/seed{seed}/history.csv",
            "composition_history",
            "composition",
            "training",
            dataset="{dataset}",
            network="{network}",
            seed="{seed}",
        ),
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/train_crabnet.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/{network}/seed{seed}/train_crabnet.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 4
    resources:
        gpu=COMPOSITION_PLAN.gpus(),
        mem_mb=growing(3000, per_mb=1500),
        runtime=growing(60, per_mb=1.5 * COMPOSITION.train.epochs),
    params:
        # No outputs: they must outlive a job that is killed.
        checkpoint="results/{study}/composition/{dataset}/{network}/seed{seed}/checkpoint.pt",
        captured="results/{study}/composition/{dataset}/{network}/seed{seed}/attention.zarr",
        attention=plain(COMPOSITION.attention) if COMPOSITION.attention else None,
        task=lambda wildcards: COMPOSITION_PLAN.dataset(wildcards.dataset).task,
        network=plain(COMPOSITION.network),
        train=plain(COMPOSITION.train),
        code=code("train_crabnet.py"),
        libs=libs("train_crabnet.py"),
    message:
        "Train {wildcards.network}: {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/train_crabnet.py"


rule evaluate_attention:
    """Check that all attention sums to 1, and measure the store's size and reading time."""
    input:
        attention="results/{study}/composition/{dataset}/{network}/seed{seed}/attention.zarr.zip",
    output:
        summary=shown(
            "results/{study}/composition/{dataset}/{network}/seed{seed}/attention_summary.csv",
            "composition_attention_summary",
            "composition",
            "attention",
            dataset="{dataset}",
            network="{network}",
            seed="{seed}",
        ),
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/evaluate_attention.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/{network}/seed{seed}/evaluate_attention.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(20),
    params:
        code=code("evaluate_attention.py"),
        libs=libs("evaluate_attention.py"),
    message:
        "Attention: {wildcards.network}, {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/evaluate_attention.py"


rule plot_history:
    """Draw loss and validation error through training."""
    input:
        history="results/{study}/composition/{dataset}/{network}/seed{seed}/history.csv",
    output:
        figure=shown(
            "results/{study}/composition/{dataset}/{network}/seed{seed}/history.svg",
            "composition_history",
            "composition",
            "training",
            dataset="{dataset}",
            network="{network}",
            seed="{seed}",
        ),
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/plot_history.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/{network}/seed{seed}/plot_history.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        target=lambda wildcards: COMPOSITION_PLAN.target(wildcards.dataset),
        code=code("plot_history.py"),
        libs=libs("plot_history.py"),
    message:
        "Training curve: {wildcards.network}, {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/plot_history.py"


rule evaluate_crabnet:
    """Predict every part, score the test part, and check the predicted uncertainty."""
    input:
        compounds="results/{study}/composition/{dataset}/compounds.parquet",
        model="results/{study}/composition/{dataset}/{network}/seed{seed}/model.safetensors",
    output:
        predictions=shown(
            "results/{study}/composition/{dataset}/{network}/seed{seed}/predictions.csv",
            "composition_parity",
            "composition",
            "evaluation",
            dataset="{dataset}",
            network="{network}",
            seed="{seed}",
        ),
        metrics="results/{study}/composition/{dataset}/{network}/seed{seed}/metrics.csv",
        calibration=shown(
            "results/{study}/composition/{dataset}/{network}/seed{seed}/calibration.csv",
            "composition_calibration",
            "composition",
            "evaluation",
            dataset="{dataset}",
            network="{network}",
            seed="{seed}",
        ),
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/evaluate_crabnet.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/{network}/seed{seed}/evaluate_crabnet.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 2
    resources:
        mem_mb=growing(2000, per_mb=50),
        runtime=growing(20, per_mb=0.2),
    params:
        # For the caption.
        task=lambda wildcards: COMPOSITION_PLAN.dataset(wildcards.dataset).task,
        code=code("evaluate_crabnet.py"),
        libs=libs("evaluate_crabnet.py"),
    message:
        "Evaluate {wildcards.network}: {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/evaluate_crabnet.py"


rule plot_evaluation:
    """Draw predictions against targets, and the coverage of the predicted intervals."""
    input:
        predictions="results/{study}/composition/{dataset}/{network}/seed{seed}/predictions.csv",
        calibration="results/{study}/composition/{dataset}/{network}/seed{seed}/calibration.csv",
    output:
        parity=shown(
            "results/{study}/composition/{dataset}/{network}/seed{seed}/parity.svg",
            "composition_parity",
            "composition",
            "evaluation",
            dataset="{dataset}",
            network="{network}",
            seed="{seed}",
        ),
        calibration=shown(
            "results/{study}/composition/{dataset}/{network}/seed{seed}/calibration.svg",
            "composition_calibration",
            "composition",
            "evaluation",
            dataset="{dataset}",
            network="{network}",
            seed="{seed}",
        ),
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/plot_evaluation.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/{network}/seed{seed}/plot_evaluation.tsv"
    wildcard_constraints:
        dataset=exactly(*COMPOSITION_PLAN.of_task("regression")),
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        # For the caption.
        task="regression",
        target=lambda wildcards: COMPOSITION_PLAN.target(wildcards.dataset),
        code=code("plot_evaluation.py"),
        libs=libs("plot_evaluation.py"),
    message:
        "Parity and calibration: {wildcards.network}, {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/plot_evaluation.py"


rule plot_classification:
    """Draw how well classes are told apart, and how far the predicted probabilities can be trusted."""
    input:
        predictions="results/{study}/composition/{dataset}/{network}/seed{seed}/predictions.csv",
        metrics="results/{study}/composition/{dataset}/{network}/seed{seed}/metrics.csv",
        calibration="results/{study}/composition/{dataset}/{network}/seed{seed}/calibration.csv",
    output:
        roc_figure=shown(
            "results/{study}/composition/{dataset}/{network}/seed{seed}/roc.svg",
            "composition_roc",
            "composition",
            "evaluation",
            dataset="{dataset}",
            network="{network}",
            seed="{seed}",
        ),
        roc_table=shown(
            "results/{study}/composition/{dataset}/{network}/seed{seed}/roc.csv",
            "composition_roc",
            "composition",
            "evaluation",
            dataset="{dataset}",
            network="{network}",
            seed="{seed}",
        ),
        calibration=shown(
            "results/{study}/composition/{dataset}/{network}/seed{seed}/calibration.svg",
            "composition_calibration",
            "composition",
            "evaluation",
            dataset="{dataset}",
            network="{network}",
            seed="{seed}",
        ),
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/plot_classification.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/{network}/seed{seed}/plot_classification.tsv"
    wildcard_constraints:
        dataset=exactly(*COMPOSITION_PLAN.of_task("classification")),
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        # For the caption.
        task="classification",
        code=code("plot_classification.py"),
        libs=libs("plot_classification.py"),
    message:
        "ROC and calibration: {wildcards.network}, {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/plot_classification.py"


rule evaluate_baselines:
    """Score the training mean (or class share) and a random forest on the same test part."""
    input:
        compounds="results/{study}/composition/{dataset}/compounds.parquet",
        vectors="results/{study}/composition/elements/vectors/magpie.csv",
    output:
        metrics="results/{study}/composition/{dataset}/baselines.csv",
    log:
        "logs/{study}/composition/{dataset}/evaluate_baselines.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/evaluate_baselines.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 2
    resources:
        mem_mb=growing(2000, per_mb=4 * COMPOSITION.baseline.trees),
        runtime=growing(60, per_mb=0.2 * COMPOSITION.baseline.trees),
    params:
        task=lambda wildcards: COMPOSITION_PLAN.dataset(wildcards.dataset).task,
        trees=COMPOSITION.baseline.trees,
        seeds=list(COMPOSITION.seeds),
        code=code("evaluate_baselines.py"),
        libs=libs("evaluate_baselines.py"),
    message:
        "Baselines: {wildcards.dataset}"
    script:
        "../workflow/scripts/evaluate_baselines.py"


rule collect_accuracy:
    """Compare the networks of all seeds with the baselines."""
    input:
        baselines="results/{study}/composition/{dataset}/baselines.csv",
        networks=expand(
            "results/{{study}}/composition/{{dataset}}/{network}/seed{seed}/metrics.csv",
            network=COMPOSITION.networks,
            seed=COMPOSITION.seeds,
        ),
    output:
        figure=shown(
            "results/{study}/composition/{dataset}/accuracy.svg",
            "composition_accuracy",
            "composition",
            "evaluation",
            dataset="{dataset}",
        ),
        table=shown(
            "results/{study}/composition/{dataset}/accuracy.csv",
            "composition_accuracy",
            "composition",
            "evaluation",
            dataset="{dataset}",
        ),
    log:
        "logs/{study}/composition/{dataset}/collect_accuracy.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/collect_accuracy.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        target=lambda wildcards: COMPOSITION_PLAN.target(wildcards.dataset),
        code=code("collect_accuracy.py"),
        libs=libs("collect_accuracy.py"),
    message:
        "Accuracy: {wildcards.dataset}"
    script:
        "../workflow/scripts/collect_accuracy.py"


rule collect_summary:
    """Put all models on all data sets into one table and figure, beside published values."""
    input:
        accuracy=[f"{folder}/accuracy.csv" for folder in COMPOSITION_PLAN.datasets],
        compounds=[
            f"{folder}/compounds.parquet" for folder in COMPOSITION_PLAN.datasets
        ],
    output:
        figure=shown(
            "results/{study}/composition/summary.svg",
            "composition_summary",
            "composition",
            "evaluation",
            dataset="all",
        ),
        table=shown(
            "results/{study}/composition/summary.csv",
            "composition_summary",
            "composition",
            "evaluation",
            dataset="all",
        ),
    log:
        "logs/{study}/composition/collect_summary.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/collect_summary.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000, per_mb=30),
        runtime=growing(10),
    params:
        targets={name: COMPOSITION_PLAN.target(name) for name in COMPOSITION.datasets},
        code=code("collect_summary.py"),
        libs=libs("collect_summary.py"),
    message:
        "Summary of all models and data sets"
    script:
        "../workflow/scripts/collect_summary.py"
