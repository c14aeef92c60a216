# Line `constitutive`: explanations of the networks.


rule explain_permutation:
    """Permute features, and features that move together, on the test paths."""
    input:
        steps=f"{CASE}/steps.parquet",
        surrogate=f"{NETWORK}/surrogate.safetensors",
        summary=f"{NETWORK}/summary.json",
    output:
        permutation=of_network(
            "explain_permutation.csv", "constitutive_permutation", "explanation"
        ),
    log:
        "logs/{study}/constitutive/{case}/seed{seed}/explain_permutation.log",
    benchmark:
        "benchmarks/jobs/{study}/constitutive/{case}/seed{seed}/explain_permutation.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000, per_mb=20),
        runtime=growing(20, per_mb=1),
    params:
        explain=plain(
            CONSTITUTIVE.explain,
            without=("integration_steps", "tolerance", "components"),
        ),
        code=code("explain_permutation.py"),
        libs=libs("explain_permutation.py"),
    message:
        "Permutation importance: {wildcards.case}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/explain_permutation.py"


rule explain_gradients:
    """Saliency, integrated gradients, and the tangent against that of the law."""
    input:
        steps=f"{CASE}/steps.parquet",
        surrogate=f"{NETWORK}/surrogate.safetensors",
        summary=f"{NETWORK}/summary.json",
    output:
        saliency=of_network(
            "explain_saliency.csv", "constitutive_saliency", "explanation"
        ),
        integrated=of_network(
            "explain_integrated_gradients.csv",
            "constitutive_integrated_gradients",
            "explanation",
        ),
        tangent=of_network("explain_tangent.csv", "constitutive_tangent", "explanation"),
        tangents=f"{NETWORK}/tangents.parquet",
    log:
        "logs/{study}/constitutive/{case}/seed{seed}/explain_gradients.log",
    benchmark:
        "benchmarks/jobs/{study}/constitutive/{case}/seed{seed}/explain_gradients.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000, per_mb=150),
        runtime=growing(20, per_mb=0.5),
    params:
        explain=plain(CONSTITUTIVE.explain, without=("repeats", "components")),
        units=units_of,
        code=code("explain_gradients.py"),
        libs=libs("explain_gradients.py"),
    message:
        "Gradients: {wildcards.case}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/explain_gradients.py"


rule explain_states:
    """Principal components of the recurrent state against the internal variables."""
    input:
        steps=f"{CASE}/steps.parquet",
        recurrent=f"{NETWORK}/recurrent.safetensors",
        onepath=f"{NETWORK}/predictions_onepath.csv",
    output:
        variance=of_network("explain_states.csv", "constitutive_states", "explanation"),
        recovery=of_network(
            "explain_states_recovery.csv", "constitutive_states", "explanation"
        ),
        correlation=of_network(
            "explain_states_correlation.csv", "constitutive_states", "explanation"
        ),
        onepath=of_network(
            "explain_states_onepath.csv", "constitutive_state_path", "explanation"
        ),
        scores=f"{NETWORK}/state_components.parquet",
    log:
        "logs/{study}/constitutive/{case}/seed{seed}/explain_states.log",
    benchmark:
        "benchmarks/jobs/{study}/constitutive/{case}/seed{seed}/explain_states.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000, per_mb=70),
        runtime=growing(20, per_mb=0.1),
    params:
        explain=plain(
            CONSTITUTIVE.explain, without=("repeats", "integration_steps", "tolerance")
        ),
        code=code("explain_states.py"),
        libs=libs("explain_states.py"),
    message:
        "State components: {wildcards.case}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/explain_states.py"


rule collect_explanations:
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
            "explain_comparison.csv", "constitutive_comparison", "explanation"
        ),
        summary=f"{NETWORK}/explain_summary.json",
    log:
        "logs/{study}/constitutive/{case}/seed{seed}/collect_explanations.log",
    benchmark:
        "benchmarks/jobs/{study}/constitutive/{case}/seed{seed}/collect_explanations.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(20),
    params:
        explain=plain(CONSTITUTIVE.explain),
        code=code("collect_explanations.py"),
        libs=libs("collect_explanations.py"),
    message:
        "Summary of explanations: {wildcards.case}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/collect_explanations.py"


rule plot_explanations:
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
            "explain_permutation.svg", "constitutive_permutation", "explanation"
        ),
        saliency=of_network(
            "explain_saliency.svg", "constitutive_saliency", "explanation"
        ),
        integrated=of_network(
            "explain_integrated_gradients.svg",
            "constitutive_integrated_gradients",
            "explanation",
        ),
        comparison=of_network(
            "explain_comparison.svg", "constitutive_comparison", "explanation"
        ),
        tangent=of_network("explain_tangent.svg", "constitutive_tangent", "explanation"),
        states=of_network("explain_states.svg", "constitutive_states", "explanation"),
        onepath=of_network(
            "explain_states_onepath.svg", "constitutive_state_path", "explanation"
        ),
    log:
        "logs/{study}/constitutive/{case}/seed{seed}/plot_explanations.log",
    benchmark:
        "benchmarks/jobs/{study}/constitutive/{case}/seed{seed}/plot_explanations.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(20),
    params:
        units=units_of,
        title=NETWORK_TITLE,
        code=code("plot_explanations.py"),
        libs=libs("plot_explanations.py"),
    message:
        "Figures of explanations: {wildcards.case}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/plot_explanations.py"
