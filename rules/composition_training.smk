# Line `composition`: networks trained and evaluated, beside the baselines.


rule train_crabnet:
    """Fit CrabNet or HotCrab to one data set with one seed; keep its attention if that is asked for."""
    input:
        compounds=f"{DATASET}/compounds.parquet",
        vectors=lambda wildcards: COMPOSITION_PLAN.start(wildcards.network),
    output:
        **COMPOSITION_PLAN.attention_file(TRAINED),
        model=f"{TRAINED}/model.safetensors",
        history=of_trained("history.csv", "composition/history", "training"),
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/train_crabnet.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/{network}/seed{seed}/train_crabnet.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 4
    resources:
        gpu=COMPOSITION_PLAN.gpus(),
        mem_mb=by_size(3000, per_mb=1500),
        runtime=by_size(60, per_mb=1.5 * COMPOSITION.train.epochs),
    params:
        # No outputs: they must outlive a job that is killed.
        checkpoint=f"{TRAINED}/checkpoint.pt",
        captured=f"{TRAINED}/attention.zarr",
        attention=plain(COMPOSITION.attention) if COMPOSITION.attention else None,
        task=task_of,
        network=plain(COMPOSITION.network),
        train=plain(COMPOSITION.train),
        code=code("composition/train_crabnet.py"),
        libs=libs("composition/train_crabnet.py"),
    message:
        "Train {wildcards.network}: {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/composition/train_crabnet.py"


rule evaluate_crabnet_attention:
    """Check that all attention sums to 1, and measure the store's size and reading time."""
    input:
        attention=f"{TRAINED}/attention.zarr.zip",
    output:
        summary=of_trained(
            "attention_summary.csv", "composition/attention_summary", "attention"
        ),
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/evaluate_crabnet_attention.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/{network}/seed{seed}/evaluate_crabnet_attention.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000),
        runtime=by_size(20),
    params:
        code=code("composition/evaluate_crabnet_attention.py"),
        libs=libs("composition/evaluate_crabnet_attention.py"),
    message:
        "Attention: {wildcards.network}, {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/composition/evaluate_crabnet_attention.py"


rule plot_crabnet_history:
    """Draw loss and validation error through training."""
    input:
        history=f"{TRAINED}/history.csv",
    output:
        figure=of_trained("history.svg", "composition/history", "training"),
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/plot_crabnet_history.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/{network}/seed{seed}/plot_crabnet_history.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000),
        runtime=by_size(10),
    params:
        target=target_of,
        title=TRAINED_TITLE,
        code=code("composition/plot_crabnet_history.py"),
        libs=libs("composition/plot_crabnet_history.py"),
    message:
        "Training curve: {wildcards.network}, {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/composition/plot_crabnet_history.py"


rule evaluate_crabnet:
    """Predict every part, score the test part, and check the predicted uncertainty."""
    input:
        compounds=f"{DATASET}/compounds.parquet",
        model=f"{TRAINED}/model.safetensors",
    output:
        predictions=of_trained("predictions.csv", "composition/parity", "evaluation"),
        metrics=f"{TRAINED}/metrics.csv",
        calibration=of_trained(
            "calibration.csv", "composition/calibration", "evaluation"
        ),
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/evaluate_crabnet.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/{network}/seed{seed}/evaluate_crabnet.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 2
    resources:
        mem_mb=by_size(2000, per_mb=50),
        runtime=by_size(20, per_mb=0.2),
    params:
        # For the caption.
        task=task_of,
        code=code("composition/evaluate_crabnet.py"),
        libs=libs("composition/evaluate_crabnet.py"),
    message:
        "Evaluate {wildcards.network}: {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/composition/evaluate_crabnet.py"


rule plot_crabnet_regression:
    """Draw predictions against targets, and the coverage of the predicted intervals."""
    input:
        predictions=f"{TRAINED}/predictions.csv",
        calibration=f"{TRAINED}/calibration.csv",
    output:
        parity=of_trained("parity.svg", "composition/parity", "evaluation"),
        calibration=of_trained(
            "calibration.svg", "composition/calibration", "evaluation"
        ),
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/plot_crabnet_regression.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/{network}/seed{seed}/plot_crabnet_regression.tsv"
    wildcard_constraints:
        dataset=exactly(*COMPOSITION_PLAN.of_task("regression")),
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000),
        runtime=by_size(10),
    params:
        # For the caption.
        task="regression",
        target=target_of,
        title=TRAINED_TITLE,
        code=code("composition/plot_crabnet_regression.py"),
        libs=libs("composition/plot_crabnet_regression.py"),
    message:
        "Parity and calibration: {wildcards.network}, {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/composition/plot_crabnet_regression.py"


rule plot_crabnet_classification:
    """Draw how well classes are told apart, and how far the predicted probabilities can be trusted."""
    input:
        predictions=f"{TRAINED}/predictions.csv",
        metrics=f"{TRAINED}/metrics.csv",
        calibration=f"{TRAINED}/calibration.csv",
    output:
        roc_figure=of_trained("roc.svg", "composition/roc", "evaluation"),
        roc_table=of_trained("roc.csv", "composition/roc", "evaluation"),
        calibration=of_trained(
            "calibration.svg", "composition/calibration", "evaluation"
        ),
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/plot_crabnet_classification.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/{network}/seed{seed}/plot_crabnet_classification.tsv"
    wildcard_constraints:
        dataset=exactly(*COMPOSITION_PLAN.of_task("classification")),
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000),
        runtime=by_size(10),
    params:
        # For the caption.
        task="classification",
        title=TRAINED_TITLE,
        code=code("composition/plot_crabnet_classification.py"),
        libs=libs("composition/plot_crabnet_classification.py"),
    message:
        "ROC and calibration: {wildcards.network}, {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/composition/plot_crabnet_classification.py"


rule evaluate_composition_baselines:
    """Score the training mean (or class share) and a random forest on the same test part."""
    input:
        compounds=f"{DATASET}/compounds.parquet",
        vectors=f"{STUDY}/elements/vectors/magpie.csv",
    output:
        metrics=f"{DATASET}/baselines.csv",
    log:
        "logs/{study}/composition/{dataset}/evaluate_composition_baselines.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/evaluate_composition_baselines.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 2
    resources:
        mem_mb=by_size(2000, per_mb=4 * COMPOSITION.baseline.trees),
        runtime=by_size(60, per_mb=0.2 * COMPOSITION.baseline.trees),
    params:
        task=task_of,
        trees=COMPOSITION.baseline.trees,
        seeds=list(COMPOSITION.seeds),
        code=code("composition/evaluate_composition_baselines.py"),
        libs=libs("composition/evaluate_composition_baselines.py"),
    message:
        "Baselines: {wildcards.dataset}"
    script:
        "../workflow/scripts/composition/evaluate_composition_baselines.py"


rule collect_composition_accuracy:
    """Compare the networks of all seeds with the baselines."""
    input:
        baselines=f"{DATASET}/baselines.csv",
        networks=expand(
            f"{TRAINED}/metrics.csv",
            network=COMPOSITION.networks,
            seed=COMPOSITION.seeds,
            allow_missing=True,
        ),
    output:
        figure=of_dataset("accuracy.svg", "composition/accuracy", "evaluation"),
        table=of_dataset("accuracy.csv", "composition/accuracy", "evaluation"),
    log:
        "logs/{study}/composition/{dataset}/collect_composition_accuracy.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/collect_composition_accuracy.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000),
        runtime=by_size(10),
    params:
        target=target_of,
        code=code("composition/collect_composition_accuracy.py"),
        libs=libs("composition/collect_composition_accuracy.py"),
    message:
        "Accuracy: {wildcards.dataset}"
    script:
        "../workflow/scripts/composition/collect_composition_accuracy.py"


rule collect_composition_summary:
    """Put all models on all data sets into one table and figure, beside published values."""
    input:
        accuracy=each(COMPOSITION_PLAN.datasets, "accuracy.csv"),
        compounds=each(COMPOSITION_PLAN.datasets, "compounds.parquet"),
    output:
        figure=of_study("summary.svg", "composition/summary", "evaluation"),
        table=of_study("summary.csv", "composition/summary", "evaluation"),
    log:
        "logs/{study}/composition/collect_composition_summary.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/collect_composition_summary.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000, per_mb=30),
        runtime=by_size(10),
    params:
        targets={name: COMPOSITION_PLAN.target(name) for name in COMPOSITION.datasets},
        code=code("composition/collect_composition_summary.py"),
        libs=libs("composition/collect_composition_summary.py"),
    message:
        "Summary of all models and data sets"
    script:
        "../workflow/scripts/composition/collect_composition_summary.py"
