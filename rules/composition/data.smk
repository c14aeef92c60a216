# Line `composition`: data sets and element tables, checked, prepared and described.
from importlib.metadata import version

COMPOSITION_PREPARATION = COMPOSITION_LINE.target(
    "preparation",
    "What was read, refused (with reasons) and kept; duplicates, leakage, distribution of the target.",
    "data",
)
COMPOSITION_STATISTICS = COMPOSITION_LINE.target(
    "statistics",
    "Element prevalence (bars, periodic table), element counts, Shannon entropy.",
)
COMPOSITION_TABLES = COMPOSITION_STUDY.within("elements/vectors")


# On a cluster, downloads run where Snakemake does: nodes may have no internet.
localrules:
    download_composition_table,


rule prepare_element_vectors:
    """Take the published element tables out of the packages that ship them."""
    output:
        tables=COMPOSITION_TABLES.files(
            *(f"{name}.csv" for name in COMPOSITION.element_tables())
        ),
    log:
        COMPOSITION_TABLES.log("prepare_element_vectors"),
    benchmark:
        COMPOSITION_TABLES.benchmark("prepare_element_vectors")
    conda:
        TORCH
    params:
        **tracked("composition/prepare_element_vectors.py"),
        names=COMPOSITION.element_tables(),
        # Packages that are read, not imported: `libs` does not see them.
        packages={name: version(name) for name in ("ElementEmbeddings", "matminer")},
    script:
        script_file("composition/prepare_element_vectors.py")


rule download_composition_table:
    """Fetch one table and check its digest."""
    output:
        table="data/downloads/{sha256}.csv",
    log:
        "logs/downloads/{sha256}.log",
    benchmark:
        "benchmarks/jobs/downloads/{sha256}.tsv"
    conda:
        TORCH
    resources:
        runtime=by_size(60),
    params:
        **tracked("composition/download_composition_table.py"),
        # The digest is the identity of the file: another address for it is no reason to fetch again.
        # Snakemake does not compare a param that asks for the output.
        url=lambda wildcards, output: COMPOSITION.addresses()[wildcards.sha256],
    script:
        script_file("composition/download_composition_table.py")


rule prepare_compositions:
    """Read, check, transform and split one data set."""
    input:
        unpack(lambda wildcards: COMPOSITION.datasets[wildcards.dataset].files()),
        elements=COMPOSITION_TABLES.files(
            *(
                f"{COMPOSITION.element_table(name)}.csv"
                for name in COMPOSITION.networks
            )
        ),
    output:
        compounds=COMPOSITION_DATASET.output("compounds.parquet"),
        refused=COMPOSITION_DATASET.output("refused.csv"),
        report=COMPOSITION_PREPARATION.result(COMPOSITION_DATASET, "preparation.csv"),
    log:
        COMPOSITION_DATASET.log("prepare_compositions"),
    benchmark:
        COMPOSITION_DATASET.benchmark("prepare_compositions")
    conda:
        TORCH
    resources:
        runtime=by_size(30),
    params:
        **tracked("composition/prepare_compositions.py"),
        dataset=lambda wildcards: COMPOSITION.datasets[wildcards.dataset].read.plain(),
        prepare=COMPOSITION.prepare.plain(),
        packages={"matminer": version("matminer")},
    script:
        script_file("composition/prepare_compositions.py")


rule describe_compositions:
    """Draw the target's distribution; count elements, compounds and the diversity of elements."""
    input:
        compounds=COMPOSITION_DATASET.file("compounds.parquet"),
    output:
        **COMPOSITION_PREPARATION.figure(COMPOSITION_DATASET, "target"),
        summary=COMPOSITION_DATASET.output("statistics/summary.csv"),
        prevalence=COMPOSITION_STATISTICS.result(
            COMPOSITION_DATASET, "statistics/prevalence.csv"
        ),
        prevalence_figures=COMPOSITION_STATISTICS.each(
            COMPOSITION_DATASET,
            [
                f"statistics/{name}"
                for name in ("by_count", "by_number", "periodic_table")
            ],
            ".svg",
            "prevalence",
        ),
        element_counts=COMPOSITION_STATISTICS.result(
            COMPOSITION_DATASET, "statistics/element_counts.csv"
        ),
        element_counts_figure=COMPOSITION_STATISTICS.result(
            COMPOSITION_DATASET, "statistics/element_counts.svg"
        ),
    log:
        COMPOSITION_DATASET.log("describe_compositions"),
    benchmark:
        COMPOSITION_DATASET.benchmark("describe_compositions")
    conda:
        TORCH
    params:
        **tracked("composition/describe_compositions.py"),
        target=composition_axis,
    script:
        script_file("composition/describe_compositions.py")


rule collect_composition_statistics:
    """Put the statistics of all data sets into one table and figure."""
    input:
        summaries=COMPOSITION_DATASET.files("statistics/summary.csv"),
    output:
        **COMPOSITION_STATISTICS.figure(COMPOSITION_STUDY, "datasets"),
    log:
        COMPOSITION_STUDY.log("collect_composition_statistics"),
    benchmark:
        COMPOSITION_STUDY.benchmark("collect_composition_statistics")
    conda:
        TORCH
    params:
        **tracked("composition/collect_composition_statistics.py"),
        datasets=list(COMPOSITION.datasets),
    script:
        script_file("composition/collect_composition_statistics.py")
