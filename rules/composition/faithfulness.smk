# Line `composition`: does attention explain the prediction?
CRABNET_FAITHFULNESS = COMPOSITION_LINE.target(
    "faithfulness",
    "Whether attention explains the prediction: its rank agreement with removal, integrated gradients and contributions, by layer and head.",
)


if COMPOSITION.faithfulness:

    rule explain_crabnet_faithfulness:
        """Compare attention with removal, integrated gradients along the encoding and contributions."""
        input:
            compounds=COMPOSITION_DATASET.file("compounds.parquet"),
            model=CRABNET_EXPLAINED.file("model.safetensors"),
        output:
            elements=CRABNET_EXPLAINED.output("faithfulness/elements.parquet"),
            agreement=CRABNET_FAITHFULNESS.result(
                CRABNET_EXPLAINED, "faithfulness/agreement.csv", "faithfulness"
            ),
            references=CRABNET_FAITHFULNESS.result(
                CRABNET_EXPLAINED,
                "faithfulness/references.csv",
                "faithfulness_references",
            ),
            check=CRABNET_FAITHFULNESS.result(
                CRABNET_EXPLAINED, "faithfulness/check.csv", "faithfulness_check"
            ),
        log:
            CRABNET.log("explain_crabnet_faithfulness"),
        benchmark:
            CRABNET.benchmark("explain_crabnet_faithfulness")
        conda:
            TORCH
        resources:
            mem_mb=by_size(2000, per_mb=50),
            runtime=by_size(30, per_mb=0.5),
        params:
            **tracked("composition/explain_crabnet_faithfulness.py"),
            faithfulness=COMPOSITION.faithfulness.plain(),
        script:
            script_file("composition/explain_crabnet_faithfulness.py")

    rule plot_crabnet_faithfulness:
        """Draw the agreement of every layer and head with each reference."""
        input:
            agreement=CRABNET_EXPLAINED.file("faithfulness/agreement.csv"),
            references=CRABNET_EXPLAINED.file("faithfulness/references.csv"),
        output:
            figure=CRABNET_FAITHFULNESS.result(
                CRABNET_EXPLAINED, "faithfulness/agreement.svg", "faithfulness"
            ),
        log:
            CRABNET.log("plot_crabnet_faithfulness"),
        benchmark:
            CRABNET.benchmark("plot_crabnet_faithfulness")
        conda:
            TORCH
        params:
            **tracked("composition/plot_crabnet_faithfulness.py"),
            title=CRABNET_TITLE,
        script:
            script_file("composition/plot_crabnet_faithfulness.py")
