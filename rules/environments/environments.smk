# The TensorFlow environment, checked by a rule that runs in it.
ENVIRONMENTS = RESULTS.line(
    "environments", "Check the environments that the rules run in."
)
ENVIRONMENT_VERSIONS = ENVIRONMENTS.target(
    "versions", "Versions of the packages in the TensorFlow environment."
)


rule check_tensorflow:
    """Compute one gradient with TensorFlow, in the environment that it needs."""
    output:
        table=ENVIRONMENT_VERSIONS.result(ENVIRONMENTS.place, "tensorflow.csv"),
    log:
        ENVIRONMENTS.place.log("check_tensorflow"),
    benchmark:
        ENVIRONMENTS.place.benchmark("check_tensorflow")
    conda:
        TENSORFLOW
    params:
        **tracked("environments/check_tensorflow.py"),
    script:
        script_file("environments/check_tensorflow.py")
