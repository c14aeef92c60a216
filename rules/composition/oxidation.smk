# Line `composition`: oxidation states guessed from formulas, each composition of the study once.
OXIDATION = COMPOSITION_LINE.target(
    "oxidation",
    "Each compound's oxidation states as pymatgen ranks them first, or the reason for none; states by element.",
    "oxidation states",
)
OXIDATION_FIGURES = ("outcomes", "states", "agreement")


rule guess_oxidation:
    """Find the oxidation states of every distinct composition, and give them to each data set."""
    input:
        compounds=COMPOSITION_DATASET.files("compounds.parquet"),
    output:
        guesses=COMPOSITION_STUDY.output("oxidation/guesses.csv"),
        tables=COMPOSITION_DATASET.files("oxidation.csv"),
    log:
        COMPOSITION_STUDY.log("oxidation/guess_oxidation"),
    benchmark:
        COMPOSITION_STUDY.benchmark("oxidation/guess_oxidation")
    conda:
        TORCH
    resources:
        mem_mb=by_size(2000, per_mb=50),
        runtime=by_size(60),
    params:
        **tracked("composition/guess_oxidation.py"),
        time_limit=COMPOSITION.oxidation.time_limit,
    script:
        script_file("composition/guess_oxidation.py")


OXIDATION.also(*COMPOSITION_DATASET.files("oxidation.csv"))


rule plot_oxidation:
    """Draw how many compounds have a guess, each element's states, and how many are common ones."""
    input:
        guesses=COMPOSITION_STUDY.file("oxidation/guesses.csv"),
        tables=COMPOSITION_DATASET.files("oxidation.csv"),
    output:
        **{
            f"{name}_{kind}": OXIDATION.result(
                COMPOSITION_STUDY, f"oxidation/{name}{suffix}", f"oxidation_{name}"
            )
            for name in OXIDATION_FIGURES
            for kind, suffix in (("figure", ".svg"), ("table", ".csv"))
        },
    log:
        COMPOSITION_STUDY.log("oxidation/plot_oxidation"),
    benchmark:
        COMPOSITION_STUDY.benchmark("oxidation/plot_oxidation")
    conda:
        TORCH
    resources:
        mem_mb=by_size(2000, per_mb=50),
    params:
        **tracked("composition/plot_oxidation.py"),
        datasets=list(COMPOSITION.datasets),
    script:
        script_file("composition/plot_oxidation.py")
