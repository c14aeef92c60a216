# Line `composition`: networks trained and evaluated, beside the baselines.
from matxai.run.requests import gpus

COMPOSITION_TRAINING = COMPOSITION_LINE.target(
    "training", "Loss, validation error and learning rate through training."
)
COMPOSITION_ACCURACY = COMPOSITION_LINE.target(
    "accuracy",
    "Errors of networks, of the mean of their seeds, random forest and mean, with intervals, and their paired differences.",
    "evaluation",
)
COMPOSITION_SUMMARY = COMPOSITION_LINE.target(
    "summary",
    "All data sets and models in one table and figure: seed spread, intervals, published values of the same data.",
    "evaluation",
)
COMPOSITION_PARITY = COMPOSITION_LINE.target(
    "parity", "Predictions against targets.", "evaluation"
)
COMPOSITION_ROC = COMPOSITION_LINE.target(
    "roc",
    "ROC and precision-recall curves of the data sets with classes.",
    "evaluation",
)
COMPOSITION_CALIBRATION = COMPOSITION_LINE.target(
    "calibration",
    "Coverage of the predicted uncertainty, or reliability of the predicted probabilities.",
    "evaluation",
)
CRABNET_REGRESSION, CRABNET_CLASSIFICATION = (
    CRABNET.only(dataset=COMPOSITION.of_task(task))
    for task in ("regression", "classification")
)
CRABNET_WORTH_GPU = gpus(COMPOSITION.train.typical_batch, COMPOSITION.network.weights)


rule train_crabnet:
    """Fit CrabNet or HotCrab to one data set with one seed; keep its attention if that is asked for."""
    input:
        compounds=COMPOSITION_DATASET.file("compounds.parquet"),
        vectors=lambda wildcards: COMPOSITION_TABLES.file(
            f"{COMPOSITION.element_table(wildcards.network)}.csv"
        ),
    output:
        **(
            {"attention": CRABNET.output("attention.zarr.zip")}
            if COMPOSITION.attention
            else {}
        ),
        model=CRABNET.output("model.safetensors"),
        history=COMPOSITION_TRAINING.result(CRABNET, "history.csv"),
    log:
        CRABNET.log("train_crabnet"),
    benchmark:
        CRABNET.benchmark("train_crabnet")
    priority: LONG
    conda:
        TORCH
    # A small network does not gain from a second thread.
    threads: 4 if CRABNET_WORTH_GPU else 1
    resources:
        gpu=CRABNET_WORTH_GPU,
        mem_mb=by_size(3000, per_mb=1500),
        runtime=by_size(60, per_mb=1.5 * COMPOSITION.train.epochs),
    params:
        **tracked("composition/train_crabnet.py"),
        # No outputs: they must outlive a job that is killed.
        checkpoint=CRABNET.file("checkpoint.pt"),
        captured=CRABNET.file("attention.zarr"),
        attention=COMPOSITION.attention.plain() if COMPOSITION.attention else None,
        task=lambda wildcards: COMPOSITION.datasets[wildcards.dataset].task,
        network=COMPOSITION.network.plain(),
        train=COMPOSITION.train.plain(),
    script:
        script_file("composition/train_crabnet.py")


rule evaluate_crabnet:
    """Predict every part with the networks of a data set, score the test part, check the uncertainty."""
    input:
        compounds=COMPOSITION_DATASET.file("compounds.parquet"),
        models=CRABNET.files("model.safetensors", dataset="{dataset}"),
    output:
        predictions=[
            COMPOSITION_PARITY.result(place, "predictions.csv", "parity")
            for place in CRABNET.split("network", "seed")
        ],
        metrics=[
            place.output("metrics.csv") for place in CRABNET.split("network", "seed")
        ],
        calibration=[
            COMPOSITION_CALIBRATION.result(place, "calibration.csv")
            for place in CRABNET.split("network", "seed")
        ],
    log:
        COMPOSITION_DATASET.log("evaluate_crabnet"),
    benchmark:
        COMPOSITION_DATASET.benchmark("evaluate_crabnet")
    conda:
        TORCH
    resources:
        # Of the networks, one at a time is in memory.
        mem_mb=by_size(2000, per_mb=10),
        runtime=by_size(20, per_mb=0.2),
    params:
        **tracked("composition/evaluate_crabnet.py"),
        # For the caption.
        task=lambda wildcards: COMPOSITION.datasets[wildcards.dataset].task,
    script:
        script_file("composition/evaluate_crabnet.py")


rule plot_crabnet_regression:
    """Draw training curves, predictions against targets, and the coverage of the predicted intervals."""
    input:
        history=CRABNET_REGRESSION.files("history.csv", dataset="{dataset}"),
        predictions=CRABNET_REGRESSION.files("predictions.csv", dataset="{dataset}"),
        calibration=CRABNET_REGRESSION.files("calibration.csv", dataset="{dataset}"),
    output:
        history=[
            COMPOSITION_TRAINING.result(place, "history.svg")
            for place in CRABNET_REGRESSION.split("network", "seed")
        ],
        parity=[
            COMPOSITION_PARITY.result(place, "parity.svg")
            for place in CRABNET_REGRESSION.split("network", "seed")
        ],
        calibration=[
            COMPOSITION_CALIBRATION.result(place, "calibration.svg")
            for place in CRABNET_REGRESSION.split("network", "seed")
        ],
    log:
        COMPOSITION_DATASET.log("plot_crabnet_regression"),
    benchmark:
        COMPOSITION_DATASET.benchmark("plot_crabnet_regression")
    conda:
        TORCH
    params:
        **tracked("composition/plot_crabnet_regression.py"),
        # For the caption.
        task="regression",
        target=composition_axis,
        titles=crabnet_titles,
    script:
        script_file("composition/plot_crabnet_regression.py")


rule plot_crabnet_classification:
    """Draw training curves, how well classes are told apart, and how far the probabilities can be trusted."""
    input:
        history=CRABNET_CLASSIFICATION.files("history.csv", dataset="{dataset}"),
        predictions=CRABNET_CLASSIFICATION.files("predictions.csv", dataset="{dataset}"),
        metrics=CRABNET_CLASSIFICATION.files("metrics.csv", dataset="{dataset}"),
        calibration=CRABNET_CLASSIFICATION.files("calibration.csv", dataset="{dataset}"),
    output:
        history=[
            COMPOSITION_TRAINING.result(place, "history.svg")
            for place in CRABNET_CLASSIFICATION.split("network", "seed")
        ],
        roc_figures=[
            COMPOSITION_ROC.result(place, "roc.svg")
            for place in CRABNET_CLASSIFICATION.split("network", "seed")
        ],
        roc_tables=[
            COMPOSITION_ROC.result(place, "roc.csv")
            for place in CRABNET_CLASSIFICATION.split("network", "seed")
        ],
        calibration=[
            COMPOSITION_CALIBRATION.result(place, "calibration.svg")
            for place in CRABNET_CLASSIFICATION.split("network", "seed")
        ],
    log:
        COMPOSITION_DATASET.log("plot_crabnet_classification"),
    benchmark:
        COMPOSITION_DATASET.benchmark("plot_crabnet_classification")
    conda:
        TORCH
    params:
        **tracked("composition/plot_crabnet_classification.py"),
        # For the caption.
        task="classification",
        target=composition_axis,
        titles=crabnet_titles,
    script:
        script_file("composition/plot_crabnet_classification.py")


rule evaluate_composition_baselines:
    """Predict the test part by the training mean (or class share) and by random forests."""
    input:
        compounds=COMPOSITION_DATASET.file("compounds.parquet"),
        vectors=COMPOSITION_TABLES.file("magpie.csv"),
    output:
        predictions=COMPOSITION_DATASET.output("baseline_predictions.csv"),
    log:
        COMPOSITION_DATASET.log("evaluate_composition_baselines"),
    benchmark:
        COMPOSITION_DATASET.benchmark("evaluate_composition_baselines")
    conda:
        TORCH
    threads: 2
    resources:
        mem_mb=by_size(2000, per_mb=4 * COMPOSITION.baseline.trees),
        runtime=by_size(60, per_mb=0.2 * COMPOSITION.baseline.trees),
    params:
        **tracked("composition/evaluate_composition_baselines.py"),
        task=lambda wildcards: COMPOSITION.datasets[wildcards.dataset].task,
        trees=COMPOSITION.baseline.trees,
        seeds=list(COMPOSITION.seeds),
    script:
        script_file("composition/evaluate_composition_baselines.py")


rule collect_composition_accuracy:
    """Compare the networks of all seeds, and the mean of their predictions, with the baselines."""
    input:
        baselines=COMPOSITION_DATASET.file("baseline_predictions.csv"),
        networks=CRABNET.files("predictions.csv", dataset="{dataset}"),
    output:
        **COMPOSITION_ACCURACY.figure(COMPOSITION_DATASET, "accuracy"),
    log:
        COMPOSITION_DATASET.log("collect_composition_accuracy"),
    benchmark:
        COMPOSITION_DATASET.benchmark("collect_composition_accuracy")
    conda:
        TORCH
    params:
        **tracked("composition/collect_composition_accuracy.py"),
        target=composition_axis,
    script:
        script_file("composition/collect_composition_accuracy.py")


rule collect_composition_summary:
    """Put all models on all data sets into one table and figure, beside published values."""
    input:
        accuracy=COMPOSITION_DATASET.files("accuracy.csv"),
        compounds=COMPOSITION_DATASET.files("compounds.parquet"),
    output:
        **COMPOSITION_SUMMARY.figure(COMPOSITION_STUDY, "summary"),
        key_numbers=COMPOSITION_STUDY.output("key_numbers.csv"),
    log:
        COMPOSITION_STUDY.log("collect_composition_summary"),
    benchmark:
        COMPOSITION_STUDY.benchmark("collect_composition_summary")
    conda:
        TORCH
    resources:
        mem_mb=by_size(2000, per_mb=30),
    params:
        **tracked("composition/collect_composition_summary.py"),
        targets={name: found.axis for name, found in COMPOSITION.datasets.items()},
    script:
        script_file("composition/collect_composition_summary.py")
