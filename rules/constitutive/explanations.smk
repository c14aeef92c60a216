# Line `constitutive`: what drives the networks, and whether that is the physics.
from matxai.constitutive.settings.explain import ExplainStates, ExplainSurrogate

SURROGATE_EXPLANATION = {
    name: CONSTITUTIVE_LINE.target(name, about, "explanation")
    for name, about in (
        ("permutation", "Loss of R² when features, or groups of them, are permuted."),
        ("saliency", "Mean gradients with respect to the features."),
        (
            "integrated_gradients",
            "Attributions from the zero state and from the training mean.",
        ),
        (
            "comparison",
            "Permutation, saliency and integrated gradients side by side; the JSON summaries.",
        ),
        ("tangent", "The network's tangent against that of the law."),
        ("states", "Components of the recurrent state against the internal variables."),
    )
}


rule explain_surrogate:
    """Permutation importance, saliency, integrated gradients, and the tangent against the law's."""
    input:
        steps=LAW_CASE.file("steps.parquet"),
        surrogate=STRESS_NETWORK.file("surrogate.safetensors"),
        summary=STRESS_NETWORK.file("summary.json"),
    output:
        **{
            name: SURROGATE_EXPLANATION[name].result(
                STRESS_NETWORK, f"explain_{name}.csv", name
            )
            for name in ("permutation", "saliency", "integrated_gradients", "tangent")
        },
        tangents=STRESS_NETWORK.output("tangents.parquet"),
    log:
        STRESS_NETWORK.log("explain_surrogate"),
    benchmark:
        STRESS_NETWORK.benchmark("explain_surrogate")
    conda:
        TORCH
    resources:
        mem_mb=by_size(2000, per_mb=200),
        runtime=by_size(30, per_mb=0.6),
    params:
        **tracked("constitutive/explain_surrogate.py"),
        explain=CONSTITUTIVE.explain.only(ExplainSurrogate).plain(),
        units=law_units,
    script:
        script_file("constitutive/explain_surrogate.py")


rule explain_recurrent:
    """Principal components of the recurrent state against the internal variables."""
    input:
        steps=LAW_CASE.file("steps.parquet"),
        recurrent=STRESS_NETWORK.file("recurrent.safetensors"),
        onepath=STRESS_NETWORK.file("predictions_onepath.csv"),
    output:
        variance=SURROGATE_EXPLANATION["states"].result(
            STRESS_NETWORK, "explain_states.csv", "states"
        ),
        recovery=SURROGATE_EXPLANATION["states"].result(
            STRESS_NETWORK, "explain_states_recovery.csv", "states"
        ),
        correlation=SURROGATE_EXPLANATION["states"].result(
            STRESS_NETWORK, "explain_states_correlation.csv", "states"
        ),
        onepath=SURROGATE_EXPLANATION["states"].result(
            STRESS_NETWORK, "explain_states_onepath.csv", "state_path"
        ),
        scores=STRESS_NETWORK.output("state_components.parquet"),
    log:
        STRESS_NETWORK.log("explain_recurrent"),
    benchmark:
        STRESS_NETWORK.benchmark("explain_recurrent")
    conda:
        TORCH
    resources:
        mem_mb=by_size(2000, per_mb=70),
        runtime=by_size(20, per_mb=0.1),
    params:
        **tracked("constitutive/explain_recurrent.py"),
        explain=CONSTITUTIVE.explain.only(ExplainStates).plain(),
    script:
        script_file("constitutive/explain_recurrent.py")


rule collect_surrogate_explanations:
    """Put the explanations of a network side by side and into one summary, and draw each of them."""
    input:
        **{
            name: STRESS_NETWORK.file(f"explain_{name}.csv")
            for name in ("permutation", "saliency", "integrated_gradients", "tangent")
        },
        tangents=STRESS_NETWORK.file("tangents.parquet"),
        variance=STRESS_NETWORK.file("explain_states.csv"),
        recovery=STRESS_NETWORK.file("explain_states_recovery.csv"),
        correlation=STRESS_NETWORK.file("explain_states_correlation.csv"),
        onepath=STRESS_NETWORK.file("explain_states_onepath.csv"),
        trained=STRESS_NETWORK.file("summary.json"),
    output:
        **{
            f"{name}_figure": SURROGATE_EXPLANATION[name].result(
                STRESS_NETWORK, f"explain_{name}.svg", name
            )
            for name in SURROGATE_EXPLANATION
        },
        onepath_figure=SURROGATE_EXPLANATION["states"].result(
            STRESS_NETWORK, "explain_states_onepath.svg", "state_path"
        ),
        comparison=SURROGATE_EXPLANATION["comparison"].result(
            STRESS_NETWORK, "explain_comparison.csv", "comparison"
        ),
        summary=STRESS_NETWORK.output("explain_summary.json"),
    log:
        STRESS_NETWORK.log("collect_surrogate_explanations"),
    benchmark:
        STRESS_NETWORK.benchmark("collect_surrogate_explanations")
    conda:
        TORCH
    params:
        **tracked("constitutive/collect_surrogate_explanations.py"),
        explain=CONSTITUTIVE.explain.plain(),
        units=law_units,
        title=STRESS_NETWORK_TITLE,
    script:
        script_file("constitutive/collect_surrogate_explanations.py")


SURROGATE_EXPLANATION["comparison"].also(*STRESS_NETWORK.files("explain_summary.json"))
