# Line `constitutive`: explanations of the networks.


rule explain_surrogate_permutation:
    """Permute features, and features that move together, on the test paths."""
    input:
        steps=f"{CASE}/steps.parquet",
        surrogate=f"{NETWORK}/surrogate.safetensors",
        summary=f"{NETWORK}/summary.json",
    output:
        permutation=of_network(
            "explain_permutation.csv", "constitutive/permutation", "explanation"
        ),
    log:
        "logs/{study}/constitutive/{case}/seed{seed}/explain_surrogate_permutation.log",
    benchmark:
        "benchmarks/jobs/{study}/constitutive/{case}/seed{seed}/explain_surrogate_permutation.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000, per_mb=20),
        runtime=by_size(20, per_mb=1),
    params:
        explain=plain(
            CONSTITUTIVE.explain,
            without=("integration_steps", "tolerance", "components"),
        ),
        code=code("constitutive/explain_surrogate_permutation.py"),
        libs=libs("constitutive/explain_surrogate_permutation.py"),
    message:
        "Permutation importance: {wildcards.case}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/constitutive/explain_surrogate_permutation.py"


rule explain_surrogate_gradients:
    """Saliency, integrated gradients, and the tangent against that of the law."""
    input:
        steps=f"{CASE}/steps.parquet",
        surrogate=f"{NETWORK}/surrogate.safetensors",
        summary=f"{NETWORK}/summary.json",
    output:
        saliency=of_network(
            "explain_saliency.csv", "constitutive/saliency", "explanation"
        ),
        integrated=of_network(
            "explain_integrated_gradients.csv",
            "constitutive/integrated_gradients",
            "explanation",
        ),
        tangent=of_network("explain_tangent.csv", "constitutive/tangent", "explanation"),
        tangents=f"{NETWORK}/tangents.parquet",
    log:
        "logs/{study}/constitutive/{case}/seed{seed}/explain_surrogate_gradients.log",
    benchmark:
        "benchmarks/jobs/{study}/constitutive/{case}/seed{seed}/explain_surrogate_gradients.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000, per_mb=150),
        runtime=by_size(20, per_mb=0.5),
    params:
        explain=plain(CONSTITUTIVE.explain, without=("repeats", "components")),
        units=units_of,
        code=code("constitutive/explain_surrogate_gradients.py"),
        libs=libs("constitutive/explain_surrogate_gradients.py"),
    message:
        "Gradients: {wildcards.case}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/constitutive/explain_surrogate_gradients.py"


rule explain_recurrent_states:
    """Principal components of the recurrent state against the internal variables."""
    input:
        steps=f"{CASE}/steps.parquet",
        recurrent=f"{NETWORK}/recurrent.safetensors",
        onepath=f"{NETWORK}/predictions_onepath.csv",
    output:
        variance=of_network("explain_states.csv", "constitutive/states", "explanation"),
        recovery=of_network(
            "explain_states_recovery.csv", "constitutive/states", "explanation"
        ),
        correlation=of_network(
            "explain_states_correlation.csv", "constitutive/states", "explanation"
        ),
        onepath=of_network(
            "explain_states_onepath.csv", "constitutive/state_path", "explanation"
        ),
        scores=f"{NETWORK}/state_components.parquet",
    log:
        "logs/{study}/constitutive/{case}/seed{seed}/explain_recurrent_states.log",
    benchmark:
        "benchmarks/jobs/{study}/constitutive/{case}/seed{seed}/explain_recurrent_states.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000, per_mb=70),
        runtime=by_size(20, per_mb=0.1),
    params:
        explain=plain(
            CONSTITUTIVE.explain, without=("repeats", "integration_steps", "tolerance")
        ),
        code=code("constitutive/explain_recurrent_states.py"),
        libs=libs("constitutive/explain_recurrent_states.py"),
    message:
        "State components: {wildcards.case}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/constitutive/explain_recurrent_states.py"


rule collect_surrogate_explanations:
    """Put the explanations of a network side by side, and into one summary."""
    input:
        permutation=f"{NETWORK}/explain_permutation.csv",
        saliency=f"{NETWORK}/explain_saliency.csv",
        integrated=f"{NETWORK}/explain_integrated_gradients.csv",
        tangent=f"{NETWORK}/explain_tangent.csv",
        variance=f"{NETWORK}/explain_states.csv",
        recovery=f"{NETWORK}/explain_states_recovery.csv",
        summary=f"{NETWORK}/summary.json",
    output:
        comparison=of_network(
            "explain_comparison.csv", "constitutive/comparison", "explanation"
        ),
        summary=f"{NETWORK}/explain_summary.json",
    log:
        "logs/{study}/constitutive/{case}/seed{seed}/collect_surrogate_explanations.log",
    benchmark:
        "benchmarks/jobs/{study}/constitutive/{case}/seed{seed}/collect_surrogate_explanations.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000),
        runtime=by_size(20),
    params:
        explain=plain(CONSTITUTIVE.explain),
        code=code("constitutive/collect_surrogate_explanations.py"),
        libs=libs("constitutive/collect_surrogate_explanations.py"),
    message:
        "Summary of explanations: {wildcards.case}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/constitutive/collect_surrogate_explanations.py"


rule plot_surrogate_explanations:
    """Draw every explanation of a network."""
    input:
        permutation=f"{NETWORK}/explain_permutation.csv",
        saliency=f"{NETWORK}/explain_saliency.csv",
        integrated=f"{NETWORK}/explain_integrated_gradients.csv",
        comparison=f"{NETWORK}/explain_comparison.csv",
        tangent=f"{NETWORK}/explain_tangent.csv",
        tangents=f"{NETWORK}/tangents.parquet",
        variance=f"{NETWORK}/explain_states.csv",
        recovery=f"{NETWORK}/explain_states_recovery.csv",
        correlation=f"{NETWORK}/explain_states_correlation.csv",
        onepath=f"{NETWORK}/explain_states_onepath.csv",
    output:
        permutation=of_network(
            "explain_permutation.svg", "constitutive/permutation", "explanation"
        ),
        saliency=of_network(
            "explain_saliency.svg", "constitutive/saliency", "explanation"
        ),
        integrated=of_network(
            "explain_integrated_gradients.svg",
            "constitutive/integrated_gradients",
            "explanation",
        ),
        comparison=of_network(
            "explain_comparison.svg", "constitutive/comparison", "explanation"
        ),
        tangent=of_network("explain_tangent.svg", "constitutive/tangent", "explanation"),
        states=of_network("explain_states.svg", "constitutive/states", "explanation"),
        onepath=of_network(
            "explain_states_onepath.svg", "constitutive/state_path", "explanation"
        ),
    log:
        "logs/{study}/constitutive/{case}/seed{seed}/plot_surrogate_explanations.log",
    benchmark:
        "benchmarks/jobs/{study}/constitutive/{case}/seed{seed}/plot_surrogate_explanations.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000),
        runtime=by_size(20),
    params:
        units=units_of,
        title=NETWORK_TITLE,
        code=code("constitutive/plot_surrogate_explanations.py"),
        libs=libs("constitutive/plot_surrogate_explanations.py"),
    message:
        "Figures of explanations: {wildcards.case}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/constitutive/plot_surrogate_explanations.py"
