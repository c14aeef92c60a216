# Line `composition`: oxidation states guessed from formulas, each composition of the study once.


rule guess_oxidation:
    """Find the oxidation states of every distinct composition of all data sets."""
    input:
        compounds=each(COMPOSITION_PLAN.datasets, "compounds.parquet"),
    output:
        guesses=f"{STUDY}/oxidation/guesses.csv",
    log:
        "logs/{study}/composition/oxidation/guess_oxidation.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/oxidation/guess_oxidation.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000, per_mb=50),
        runtime=by_size(60),
    params:
        time_limit=COMPOSITION.oxidation.time_limit,
        code=code("composition/guess_oxidation.py"),
        libs=libs("composition/guess_oxidation.py"),
    message:
        "Oxidation states: all compositions"
    script:
        "../workflow/scripts/composition/guess_oxidation.py"


rule collect_oxidation:
    """Give each compound of a data set its oxidation states, or the reason for none."""
    input:
        compounds=f"{DATASET}/compounds.parquet",
        guesses=f"{STUDY}/oxidation/guesses.csv",
    output:
        table=f"{DATASET}/oxidation.csv",
    log:
        "logs/{study}/composition/{dataset}/collect_oxidation.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/collect_oxidation.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000, per_mb=50),
        runtime=by_size(10),
    params:
        code=code("composition/collect_oxidation.py"),
        libs=libs("composition/collect_oxidation.py"),
    message:
        "Oxidation states: {wildcards.dataset}"
    script:
        "../workflow/scripts/composition/collect_oxidation.py"


rule plot_oxidation:
    """Draw how many compounds have a guess, each element's states, and how many are common ones."""
    input:
        guesses=f"{STUDY}/oxidation/guesses.csv",
        tables=each(COMPOSITION_PLAN.datasets, "oxidation.csv"),
    output:
        **{
            f"{view}_{kind}": of_study(
                f"oxidation/{view}.{suffix}", caption, "oxidation states", view=view
            )
            for view, caption in (
                ("outcomes", "composition/oxidation_outcomes"),
                ("states", "composition/oxidation_states"),
                ("agreement", "composition/oxidation_agreement"),
            )
            for kind, suffix in (("figure", "svg"), ("table", "csv"))
        },
    log:
        "logs/{study}/composition/oxidation/plot_oxidation.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/oxidation/plot_oxidation.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000, per_mb=50),
        runtime=by_size(10),
    params:
        datasets=list(COMPOSITION.datasets),
        code=code("composition/plot_oxidation.py"),
        libs=libs("composition/plot_oxidation.py"),
    message:
        "Oxidation states: figures"
    script:
        "../workflow/scripts/composition/plot_oxidation.py"
