# Line `constitutive`: data, networks and their evaluation.
from matxai.run.requests import gpus

LAW_PREPARATION = CONSTITUTIVE_LINE.target(
    "preparation",
    "What was read from the raw files, what was refused, and the ranges of what was kept.",
    "data",
)
STRESS_TRAINING = CONSTITUTIVE_LINE.target(
    "training", "Loss and validation error of both networks through training."
)
STRESS_ACCURACY = CONSTITUTIVE_LINE.target(
    "accuracy",
    "R² of one step, closed loop and recurrent network, by kind of step.",
    "evaluation",
)
STRESS_PREDICTIONS = CONSTITUTIVE_LINE.target(
    "predictions", "One test path: truth, one step ahead, closed loop.", "evaluation"
)
STRESS_RESIDUALS = CONSTITUTIVE_LINE.target(
    "residuals",
    "Errors of the predicted stress, against strain and as a distribution.",
    "evaluation",
)


rule generate_loading_paths:
    """Answer random strain paths by the law itself, written in a raw layout."""
    output:
        raw=directory(LAW_CASE.output("raw")),
        manifest=LAW_CASE.output("raw.csv"),
        truth=LAW_CASE.output("truth.parquet"),
    log:
        LAW_CASE.log("generate_loading_paths"),
    benchmark:
        LAW_CASE.benchmark("generate_loading_paths")
    conda:
        TENSORFLOW
    params:
        **tracked("constitutive/generate_loading_paths.py"),
        case=lambda wildcards: law_case(wildcards).read.plain(),
    script:
        script_file("constitutive/generate_loading_paths.py")


rule prepare_loading_paths:
    """Read, check, complete and split the raw files of a case."""
    input:
        unpack(
            lambda wildcards: law_case(wildcards).files(
                manifest=LAW_CASE.file("raw.csv"), truth=LAW_CASE.file("truth.parquet")
            )
        ),
    output:
        steps=LAW_CASE.output("steps.parquet"),
        files=LAW_PREPARATION.result(LAW_CASE, "files.csv"),
        ranges=LAW_PREPARATION.result(LAW_CASE, "ranges.csv", "files"),
    log:
        LAW_CASE.log("prepare_loading_paths"),
    benchmark:
        LAW_CASE.benchmark("prepare_loading_paths")
    conda:
        TENSORFLOW
    resources:
        mem_mb=by_size(2000, per_mb=50),
        runtime=by_size(30, per_mb=2),
    params:
        **tracked("constitutive/prepare_loading_paths.py"),
        folder=lambda wildcards: law_case(wildcards).folder(
            LAW_CASE.files("raw", case=wildcards.case)[0]
        ),
        law=lambda wildcards: law_case(wildcards).law,
        layout=lambda wildcards: law_case(wildcards).layout,
        prepare=CONSTITUTIVE.prepare.plain(),
    script:
        script_file("constitutive/prepare_loading_paths.py")


rule train_surrogate:
    """Fit the one-step network of a case."""
    input:
        steps=LAW_CASE.file("steps.parquet"),
    output:
        model=STRESS_NETWORK.output("surrogate.safetensors"),
        training=STRESS_NETWORK.output("surrogate_training.json"),
        history=STRESS_TRAINING.result(STRESS_NETWORK, "history.csv"),
    log:
        STRESS_NETWORK.log("train_surrogate"),
    benchmark:
        STRESS_NETWORK.benchmark("train_surrogate")
    priority: LONG
    conda:
        TORCH
    resources:
        gpu=gpus(CONSTITUTIVE.train.batch_size, CONSTITUTIVE.surrogate.weights),
        mem_mb=by_size(2000, per_mb=25),
        runtime=by_size(60, per_mb=0.03 * CONSTITUTIVE.train.epochs),
    params:
        **tracked("constitutive/train_surrogate.py"),
        # Not an output: it must outlive a job that is killed.
        checkpoint=STRESS_NETWORK.file("surrogate_checkpoint.pt"),
        case=lambda wildcards: law_case(wildcards).learned,
        network=CONSTITUTIVE.surrogate.plain(),
        train=CONSTITUTIVE.train.plain(),
    script:
        script_file("constitutive/train_surrogate.py")


rule train_recurrent:
    """Fit the recurrent network of a case to whole paths."""
    input:
        steps=LAW_CASE.file("steps.parquet"),
    output:
        model=STRESS_NETWORK.output("recurrent.safetensors"),
        training=STRESS_NETWORK.output("recurrent_training.json"),
        history=STRESS_TRAINING.result(
            STRESS_NETWORK, "recurrent_history.csv", "history"
        ),
    log:
        STRESS_NETWORK.log("train_recurrent"),
    benchmark:
        STRESS_NETWORK.benchmark("train_recurrent")
    priority: LONG
    conda:
        TORCH
    resources:
        gpu=gpus(
            CONSTITUTIVE.train_recurrent.batch_size, CONSTITUTIVE.recurrent.weights
        ),
        mem_mb=by_size(2000, per_mb=40),
        runtime=by_size(60, per_mb=0.01 * CONSTITUTIVE.train_recurrent.epochs),
    params:
        **tracked("constitutive/train_recurrent.py"),
        checkpoint=STRESS_NETWORK.file("recurrent_checkpoint.pt"),
        law=lambda wildcards: law_case(wildcards).law,
        network=CONSTITUTIVE.recurrent.plain(),
        train=CONSTITUTIVE.train_recurrent.plain(),
    script:
        script_file("constitutive/train_recurrent.py")


rule evaluate_surrogate:
    """Predict the test paths step by step and in a closed loop, and score them."""
    input:
        steps=LAW_CASE.file("steps.parquet"),
        surrogate=STRESS_NETWORK.file("surrogate.safetensors"),
        recurrent=STRESS_NETWORK.file("recurrent.safetensors"),
        training=[
            STRESS_NETWORK.file("surrogate_training.json"),
            STRESS_NETWORK.file("recurrent_training.json"),
        ],
    output:
        predictions=STRESS_NETWORK.output("predictions.parquet"),
        accuracy=STRESS_ACCURACY.result(STRESS_NETWORK, "accuracy.csv"),
        summary=STRESS_NETWORK.output("summary.json"),
        onepath=STRESS_PREDICTIONS.result(
            STRESS_NETWORK, "predictions_onepath.csv", "onepath"
        ),
        residuals=STRESS_RESIDUALS.result(STRESS_NETWORK, "residuals.csv"),
        residual_bands=STRESS_RESIDUALS.result(
            STRESS_NETWORK, "residuals_by_strain.csv", "residuals"
        ),
    log:
        STRESS_NETWORK.log("evaluate_surrogate"),
    benchmark:
        STRESS_NETWORK.benchmark("evaluate_surrogate")
    conda:
        TORCH
    resources:
        mem_mb=by_size(2000, per_mb=35),
        runtime=by_size(20, per_mb=0.1),
    params:
        **tracked("constitutive/evaluate_surrogate.py"),
    script:
        script_file("constitutive/evaluate_surrogate.py")


STRESS_ACCURACY.also(*STRESS_NETWORK.files("summary.json"))


rule collect_stress_accuracy:
    """Put the accuracy of all cases and seeds into one table."""
    input:
        accuracy=STRESS_NETWORK.files("accuracy.csv"),
    output:
        table=STRESS_ACCURACY.result(
            CONSTITUTIVE_LINE.place, "accuracy.csv", "all_accuracy"
        ),
        key_numbers=CONSTITUTIVE_LINE.place.output("key_numbers.csv"),
    log:
        CONSTITUTIVE_LINE.place.log("collect_stress_accuracy"),
    benchmark:
        CONSTITUTIVE_LINE.place.benchmark("collect_stress_accuracy")
    conda:
        TORCH
    params:
        **tracked("constitutive/collect_stress_accuracy.py"),
        networks=[place.fixed for place in STRESS_NETWORK.split("case", "seed")],
    script:
        script_file("constitutive/collect_stress_accuracy.py")


rule plot_surrogate:
    """Draw training curves, one path and residuals."""
    input:
        history=STRESS_NETWORK.file("history.csv"),
        recurrent_history=STRESS_NETWORK.file("recurrent_history.csv"),
        predictions=STRESS_NETWORK.file("predictions.parquet"),
        onepath=STRESS_NETWORK.file("predictions_onepath.csv"),
        residual_bands=STRESS_NETWORK.file("residuals_by_strain.csv"),
    output:
        history=STRESS_TRAINING.result(STRESS_NETWORK, "history.svg"),
        recurrent_history=STRESS_TRAINING.result(
            STRESS_NETWORK, "recurrent_history.svg", "history"
        ),
        onepath=STRESS_PREDICTIONS.result(
            STRESS_NETWORK, "predictions_onepath.svg", "onepath"
        ),
        residuals=STRESS_RESIDUALS.result(STRESS_NETWORK, "residuals.svg"),
    log:
        STRESS_NETWORK.log("plot_surrogate"),
    benchmark:
        STRESS_NETWORK.benchmark("plot_surrogate")
    conda:
        TORCH
    params:
        **tracked("constitutive/plot_surrogate.py"),
        case=lambda wildcards: law_case(wildcards).learned,
        units=law_units,
        title=STRESS_NETWORK_TITLE,
    script:
        script_file("constitutive/plot_surrogate.py")
