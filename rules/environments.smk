# The TensorFlow environment, checked by a rule that runs in it.
TARGETS["environments"] = [f"results/{SETTINGS.study}/environments/tensorflow.csv"]


rule environments:
    """Check the environments that the rules run in."""
    input:
        TARGETS["environments"],


rule check_tensorflow:
    """Compute one gradient with TensorFlow, in the environment that it needs."""
    output:
        table=shown(
            "results/{study}/environments/tensorflow.csv",
            "environments/environments",
            "about this run",
            "environments",
            environment="tensorflow",
        ),
    log:
        "logs/{study}/environments/tensorflow.log",
    benchmark:
        "benchmarks/jobs/{study}/environments/tensorflow.tsv"
    conda:
        "../envs/tensorflow.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000),
        runtime=by_size(10),
    params:
        code=code("environments/check_tensorflow.py"),
        libs=libs("environments/check_tensorflow.py"),
    message:
        "TensorFlow environment"
    script:
        "../workflow/scripts/environments/check_tensorflow.py"
