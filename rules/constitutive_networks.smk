# Line `constitutive`: data, networks and their evaluation.


rule generate_loading_paths:
    """Answer random strain paths by the law itself, written in a raw layout."""
    output:
        raw=directory(f"{CASE}/raw"),
        manifest=f"{CASE}/raw.csv",
        truth=f"{CASE}/truth.parquet",
    log:
        "logs/{study}/constitutive/{case}/generate_loading_paths.log",
    benchmark:
        "benchmarks/jobs/{study}/constitutive/{case}/generate_loading_paths.tsv"
    conda:
        "../envs/tensorflow.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000),
        runtime=by_size(20),
    params:
        case=lambda wildcards: plain(
            CONSTITUTIVE_PLAN.case(wildcards.case), without=NOT_GENERATED
        ),
        code=code("constitutive/generate_loading_paths.py"),
        libs=libs("constitutive/generate_loading_paths.py"),
    message:
        "Generate paths: {wildcards.case}"
    script:
        "../workflow/scripts/constitutive/generate_loading_paths.py"


rule prepare_loading_paths:
    """Read, check, complete and split the raw files of a case."""
    input:
        unpack(lambda wildcards: CONSTITUTIVE_PLAN.raw_inputs(wildcards.case)),
    output:
        steps=f"{CASE}/steps.parquet",
        files=of_case("files.csv", "constitutive/files", "data"),
        ranges=of_case("ranges.csv", "constitutive/files", "data"),
    log:
        "logs/{study}/constitutive/{case}/prepare_loading_paths.log",
    benchmark:
        "benchmarks/jobs/{study}/constitutive/{case}/prepare_loading_paths.tsv"
    conda:
        "../envs/tensorflow.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000, per_mb=50),
        runtime=by_size(30, per_mb=2),
    params:
        folder=lambda wildcards: CONSTITUTIVE_PLAN.raw_folder(wildcards.case),
        law=lambda wildcards: CONSTITUTIVE_PLAN.case(wildcards.case).law,
        layout=lambda wildcards: CONSTITUTIVE_PLAN.case(wildcards.case).layout,
        prepare=plain(CONSTITUTIVE.prepare),
        code=code("constitutive/prepare_loading_paths.py"),
        libs=libs("constitutive/prepare_loading_paths.py"),
    message:
        "Prepare paths: {wildcards.case}"
    script:
        "../workflow/scripts/constitutive/prepare_loading_paths.py"


rule train_surrogate:
    """Fit the one-step network of a case."""
    input:
        steps=f"{CASE}/steps.parquet",
    output:
        model=f"{NETWORK}/surrogate.safetensors",
        training=f"{NETWORK}/surrogate_training.json",
        history=of_network("history.csv", "constitutive/history", "training"),
    log:
        "logs/{study}/constitutive/{case}/seed{seed}/train_surrogate.log",
    benchmark:
        "benchmarks/jobs/{study}/constitutive/{case}/seed{seed}/train_surrogate.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        gpu=CONSTITUTIVE_PLAN.gpus("surrogate"),
        mem_mb=by_size(2000, per_mb=25),
        runtime=by_size(60, per_mb=0.03 * CONSTITUTIVE.train.epochs),
    params:
        # Not an output: it must outlive a job that is killed.
        checkpoint=f"{NETWORK}/surrogate_checkpoint.pt",
        case=lambda wildcards: CONSTITUTIVE_PLAN.learned(wildcards.case),
        network=plain(CONSTITUTIVE.surrogate),
        train=plain(CONSTITUTIVE.train),
        code=code("constitutive/train_surrogate.py"),
        libs=libs("constitutive/train_surrogate.py"),
    message:
        "Train the one-step network: {wildcards.case}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/constitutive/train_surrogate.py"


rule train_recurrent:
    """Fit the recurrent network of a case to whole paths."""
    input:
        steps=f"{CASE}/steps.parquet",
    output:
        model=f"{NETWORK}/recurrent.safetensors",
        training=f"{NETWORK}/recurrent_training.json",
        history=of_network("recurrent_history.csv", "constitutive/history", "training"),
    log:
        "logs/{study}/constitutive/{case}/seed{seed}/train_recurrent.log",
    benchmark:
        "benchmarks/jobs/{study}/constitutive/{case}/seed{seed}/train_recurrent.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        gpu=CONSTITUTIVE_PLAN.gpus("recurrent"),
        mem_mb=by_size(2000, per_mb=40),
        runtime=by_size(60, per_mb=0.01 * CONSTITUTIVE.train_recurrent.epochs),
    params:
        checkpoint=f"{NETWORK}/recurrent_checkpoint.pt",
        law=lambda wildcards: CONSTITUTIVE_PLAN.case(wildcards.case).law,
        network=plain(CONSTITUTIVE.recurrent),
        train=plain(CONSTITUTIVE.train_recurrent),
        code=code("constitutive/train_recurrent.py"),
        libs=libs("constitutive/train_recurrent.py"),
    message:
        "Train the recurrent network: {wildcards.case}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/constitutive/train_recurrent.py"


rule evaluate_surrogate:
    """Predict the test paths step by step and in a closed loop, and score them."""
    input:
        steps=f"{CASE}/steps.parquet",
        surrogate=f"{NETWORK}/surrogate.safetensors",
        recurrent=f"{NETWORK}/recurrent.safetensors",
        training=[
            f"{NETWORK}/surrogate_training.json",
            f"{NETWORK}/recurrent_training.json",
        ],
    output:
        predictions=f"{NETWORK}/predictions.parquet",
        accuracy=of_network("accuracy.csv", "constitutive/accuracy", "evaluation"),
        summary=f"{NETWORK}/summary.json",
        onepath=of_network(
            "predictions_onepath.csv", "constitutive/onepath", "evaluation"
        ),
        residuals=of_network("residuals.csv", "constitutive/residuals", "evaluation"),
        residual_bands=of_network(
            "residuals_by_strain.csv", "constitutive/residuals", "evaluation"
        ),
    log:
        "logs/{study}/constitutive/{case}/seed{seed}/evaluate_surrogate.log",
    benchmark:
        "benchmarks/jobs/{study}/constitutive/{case}/seed{seed}/evaluate_surrogate.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000, per_mb=35),
        runtime=by_size(20, per_mb=0.1),
    params:
        code=code("constitutive/evaluate_surrogate.py"),
        libs=libs("constitutive/evaluate_surrogate.py"),
    message:
        "Evaluate: {wildcards.case}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/constitutive/evaluate_surrogate.py"


rule plot_surrogate:
    """Draw training curves, one path and residuals."""
    input:
        history=f"{NETWORK}/history.csv",
        recurrent_history=f"{NETWORK}/recurrent_history.csv",
        predictions=f"{NETWORK}/predictions.parquet",
        onepath=f"{NETWORK}/predictions_onepath.csv",
        residual_bands=f"{NETWORK}/residuals_by_strain.csv",
    output:
        history=of_network("history.svg", "constitutive/history", "training"),
        recurrent_history=of_network(
            "recurrent_history.svg", "constitutive/history", "training"
        ),
        onepath=of_network(
            "predictions_onepath.svg", "constitutive/onepath", "evaluation"
        ),
        residuals=of_network("residuals.svg", "constitutive/residuals", "evaluation"),
    log:
        "logs/{study}/constitutive/{case}/seed{seed}/plot_surrogate.log",
    benchmark:
        "benchmarks/jobs/{study}/constitutive/{case}/seed{seed}/plot_surrogate.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000),
        runtime=by_size(20),
    params:
        case=lambda wildcards: CONSTITUTIVE_PLAN.learned(wildcards.case),
        units=units_of,
        title=NETWORK_TITLE,
        code=code("constitutive/plot_surrogate.py"),
        libs=libs("constitutive/plot_surrogate.py"),
    message:
        "Figures of the networks: {wildcards.case}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/constitutive/plot_surrogate.py"
