# Line `composition`: data sets and element tables, checked, prepared and described.
from importlib.metadata import version

from matxai.composition.plan import STATISTICS


# On a cluster, downloads run where Snakemake does: nodes may have no internet.
localrules:
    download_composition_table,


rule prepare_element_vectors:
    """Take one published element table out of the package that ships it."""
    output:
        table=f"{STUDY}/elements/vectors/{{vectors}}.csv",
    log:
        "logs/{study}/composition/elements/vectors/{vectors}.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/elements/vectors/{vectors}.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000),
        runtime=by_size(10),
    params:
        # Packages that are read, not imported: libs() does not see them.
        packages={name: version(name) for name in ("ElementEmbeddings", "matminer")},
        code=code("composition/prepare_element_vectors.py"),
        libs=libs("composition/prepare_element_vectors.py"),
    message:
        "Element vectors: {wildcards.vectors}"
    script:
        "../workflow/scripts/composition/prepare_element_vectors.py"


rule download_composition_table:
    """Fetch one table and check its digest."""
    output:
        table="data/downloads/{sha256}.csv",
    log:
        "logs/downloads/{sha256}.log",
    benchmark:
        "benchmarks/jobs/downloads/{sha256}.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000),
        runtime=by_size(60),
    params:
        # The digest is the identity of the file: another address for it is no reason to fetch again.
        # Snakemake does not compare a param that asks for the output.
        url=lambda wildcards, output: COMPOSITION_PLAN.downloads()[wildcards.sha256],
        code=code("composition/download_composition_table.py"),
        libs=libs("composition/download_composition_table.py"),
    message:
        "Download: {params.url}"
    script:
        "../workflow/scripts/composition/download_composition_table.py"


rule prepare_compositions:
    """Read, check, transform and split one data set."""
    input:
        unpack(lambda wildcards: COMPOSITION_PLAN.raw_files(wildcards.dataset)),
        elements=COMPOSITION_PLAN.starts(),
    output:
        compounds=f"{DATASET}/compounds.parquet",
        refused=f"{DATASET}/refused.csv",
        report=of_dataset("preparation.csv", "composition/preparation", "data"),
    log:
        "logs/{study}/composition/{dataset}/prepare_compositions.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/prepare_compositions.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000),
        runtime=by_size(30),
    params:
        # How the axes name a target changes no number.
        dataset=lambda wildcards: plain(
            COMPOSITION_PLAN.dataset(wildcards.dataset), without={"label", "unit"}
        ),
        prepare=plain(COMPOSITION.prepare),
        packages={"matminer": version("matminer")},
        code=code("composition/prepare_compositions.py"),
        libs=libs("composition/prepare_compositions.py"),
    message:
        "Prepare: {wildcards.dataset}"
    script:
        "../workflow/scripts/composition/prepare_compositions.py"


rule plot_composition_target:
    """Draw the distribution of the target in each part."""
    input:
        compounds=f"{DATASET}/compounds.parquet",
    output:
        figure=of_dataset("target.svg", "composition/target", "data"),
        table=of_dataset("target.csv", "composition/target", "data"),
    log:
        "logs/{study}/composition/{dataset}/plot_composition_target.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/plot_composition_target.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000),
        runtime=by_size(10),
    params:
        target=target_of,
        code=code("composition/plot_composition_target.py"),
        libs=libs("composition/plot_composition_target.py"),
    message:
        "Target: {wildcards.dataset}"
    script:
        "../workflow/scripts/composition/plot_composition_target.py"


rule describe_compositions:
    """Count elements and compounds, and measure the diversity of elements."""
    input:
        compounds=f"{DATASET}/compounds.parquet",
    output:
        summary=f"{DATASET}/statistics/summary.csv",
        prevalence=of_dataset(
            "statistics/prevalence.csv", "composition/prevalence", "statistics"
        ),
        element_counts=of_dataset(
            "statistics/element_counts.csv", "composition/element_counts", "statistics"
        ),
    log:
        "logs/{study}/composition/{dataset}/describe_compositions.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/describe_compositions.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000),
        runtime=by_size(10),
    params:
        code=code("composition/describe_compositions.py"),
        libs=libs("composition/describe_compositions.py"),
    message:
        "Statistics: {wildcards.dataset}"
    script:
        "../workflow/scripts/composition/describe_compositions.py"


rule plot_element_prevalence:
    """Draw which elements a data set holds and how many a compound has."""
    input:
        prevalence=f"{DATASET}/statistics/prevalence.csv",
        element_counts=f"{DATASET}/statistics/element_counts.csv",
    output:
        **{
            figure: of_dataset(
                f"statistics/{figure}.svg",
                (
                    "composition/element_counts"
                    if figure == "element_counts"
                    else "composition/prevalence"
                ),
                "statistics",
                view=figure.replace("_", " "),
            )
            for figure in STATISTICS
        },
    log:
        "logs/{study}/composition/{dataset}/plot_element_prevalence.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/plot_element_prevalence.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000),
        runtime=by_size(10),
    params:
        code=code("composition/plot_element_prevalence.py"),
        libs=libs("composition/plot_element_prevalence.py"),
    message:
        "Element prevalence: {wildcards.dataset}"
    script:
        "../workflow/scripts/composition/plot_element_prevalence.py"


rule collect_composition_statistics:
    """Put the statistics of all data sets into one table and figure."""
    input:
        summaries=each(COMPOSITION_PLAN.datasets, "statistics/summary.csv"),
    output:
        figure=of_study("datasets.svg", "composition/datasets", "statistics"),
        table=of_study("datasets.csv", "composition/datasets", "statistics"),
    log:
        "logs/{study}/composition/collect_composition_statistics.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/collect_composition_statistics.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000),
        runtime=by_size(10),
    params:
        datasets=list(COMPOSITION.datasets),
        code=code("composition/collect_composition_statistics.py"),
        libs=libs("composition/collect_composition_statistics.py"),
    message:
        "Statistics of all data sets"
    script:
        "../workflow/scripts/composition/collect_composition_statistics.py"
