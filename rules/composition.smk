# Line `composition`: an attention network on formulas, trained, evaluated and explained.
from importlib.metadata import version

from matxai.composition.plan import STATISTICS, Plan

COMPOSITION = SETTINGS.composition
PLAN = Plan(COMPOSITION, f"results/{SETTINGS.study}/composition")
TARGETS |= PLAN.targets()


wildcard_constraints:
    dataset=exactly(*COMPOSITION.datasets),
    network=exactly(*COMPOSITION.networks),
    seed=r"\d+",
    place=r"elements|[^/]+/[^/]+/seed\d+",
    vectors=r"[a-z0-9_.]+",


# --- what a person asks for by name


rule composition:
    """Every result of the line composition."""
    input:
        [
            path
            for name, paths in TARGETS.items()
            if name.startswith("composition_")
            for path in paths
        ],


rule composition_preparation:
    """What each data set holds after cleaning, and the distribution of its target."""
    input:
        TARGETS["composition_preparation"],


rule composition_statistics:
    """Element prevalence, element counts and diversity of the data sets."""
    input:
        TARGETS["composition_statistics"],


rule composition_accuracy:
    """Errors of networks and baselines on the test part."""
    input:
        TARGETS["composition_accuracy"],


rule composition_training:
    """Loss and validation error through training."""
    input:
        TARGETS["composition_training"],


rule composition_parity:
    """Predictions against targets."""
    input:
        TARGETS["composition_parity"],


rule composition_calibration:
    """How far the predicted uncertainty can be trusted."""
    input:
        TARGETS["composition_calibration"],


rule composition_embeddings:
    """Element embeddings: embedded vector, query, key and value of every layer and head."""
    input:
        TARGETS["composition_embeddings"],


rule composition_element_vectors:
    """Vectors of chosen elements in every representation."""
    input:
        TARGETS["composition_element_vectors"],


rule composition_correlation:
    """Correlation between element vectors, static figures."""
    input:
        TARGETS["composition_correlation"],


rule composition_correlation_pages:
    """Correlation between element vectors, interactive pages."""
    input:
        TARGETS["composition_correlation_pages"],


# --- data


rule prepare_element_vectors:
    """Take one published element table out of the package that ships it."""
    output:
        table="results/{study}/composition/elements/vectors/{vectors}.csv",
    log:
        "logs/{study}/composition/elements/vectors/{vectors}.log",
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        # Packages that are read, not imported: libs() does not see them.
        packages={name: version(name) for name in ("ElementEmbeddings", "matminer")},
        code=code("prepare_element_vectors.py"),
        libs=libs("prepare_element_vectors.py"),
    message:
        "Element vectors: {wildcards.vectors}"
    script:
        "../workflow/scripts/prepare_element_vectors.py"


rule download_table:
    """Fetch one table and check its digest."""
    output:
        table="data/downloads/{sha256}.csv",
    log:
        "logs/downloads/{sha256}.log",
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=60,
    params:
        # The digest is the identity of the file: another address for it is no reason to fetch again.
        code=code("download_table.py"),
        libs=libs("download_table.py"),
        url=lambda wildcards: PLAN.downloads()[wildcards.sha256],
    message:
        "Download: {params.url}"
    script:
        "../workflow/scripts/download_table.py"


rule prepare_compositions:
    """Read, check, transform and split one data set."""
    input:
        unpack(lambda wildcards: PLAN.raw_files(wildcards.dataset)),
        elements=PLAN.starts(),
    output:
        compounds="results/{study}/composition/{dataset}/compounds.parquet",
        refused="results/{study}/composition/{dataset}/refused.csv",
        report=shown(
            "results/{study}/composition/{dataset}/preparation.csv",
            "composition_preparation",
            "composition",
            "data",
            dataset="{dataset}",
        ),
    log:
        "logs/{study}/composition/{dataset}/prepare_compositions.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/prepare_compositions.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        # How the axes name a target changes no number.
        dataset=lambda wildcards: plain(
            PLAN.dataset(wildcards.dataset), without={"label", "unit"}
        ),
        prepare=plain(COMPOSITION.prepare),
        packages={"matminer": version("matminer")},
        code=code("prepare_compositions.py"),
        libs=libs("prepare_compositions.py"),
    message:
        "Prepare: {wildcards.dataset}"
    script:
        "../workflow/scripts/prepare_compositions.py"


rule plot_target:
    """Draw the distribution of the target in each part."""
    input:
        compounds="results/{study}/composition/{dataset}/compounds.parquet",
    output:
        figure=shown(
            "results/{study}/composition/{dataset}/target.svg",
            "composition_target",
            "composition",
            "data",
            dataset="{dataset}",
        ),
        table="results/{study}/composition/{dataset}/target.csv",
    log:
        "logs/{study}/composition/{dataset}/plot_target.log",
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        target=lambda wildcards: PLAN.target(wildcards.dataset),
        code=code("plot_target.py"),
        libs=libs("plot_target.py"),
    message:
        "Target: {wildcards.dataset}"
    script:
        "../workflow/scripts/plot_target.py"


# --- statistics of the data


rule describe_compositions:
    """Count elements and compounds, and measure the diversity of elements."""
    input:
        compounds="results/{study}/composition/{dataset}/compounds.parquet",
    output:
        summary="results/{study}/composition/{dataset}/statistics/summary.csv",
        prevalence=shown(
            "results/{study}/composition/{dataset}/statistics/prevalence.csv",
            "composition_prevalence",
            "composition",
            "statistics",
            dataset="{dataset}",
        ),
        element_counts=shown(
            "results/{study}/composition/{dataset}/statistics/element_counts.csv",
            "composition_element_counts",
            "composition",
            "statistics",
            dataset="{dataset}",
        ),
    log:
        "logs/{study}/composition/{dataset}/describe_compositions.log",
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        code=code("describe_compositions.py"),
        libs=libs("describe_compositions.py"),
    message:
        "Statistics: {wildcards.dataset}"
    script:
        "../workflow/scripts/describe_compositions.py"


rule plot_prevalence:
    """Draw which elements a data set holds and how many a compound has."""
    input:
        prevalence="results/{study}/composition/{dataset}/statistics/prevalence.csv",
        element_counts="results/{study}/composition/{dataset}/statistics/element_counts.csv",
    output:
        **{
            figure: shown(
                f"results/{{study}}/composition/{{dataset}}/statistics/{figure}.svg",
                (
                    "composition_element_counts"
                    if figure == "element_counts"
                    else "composition_prevalence"
                ),
                "composition",
                "statistics",
                dataset="{dataset}",
                view=figure.replace("_", " "),
            )
            for figure in STATISTICS
        },
    log:
        "logs/{study}/composition/{dataset}/plot_prevalence.log",
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("plot_prevalence.py"),
        libs=libs("plot_prevalence.py"),
    message:
        "Element prevalence: {wildcards.dataset}"
    script:
        "../workflow/scripts/plot_prevalence.py"


rule collect_statistics:
    """Put the statistics of all data sets into one table and figure."""
    input:
        summaries=[f"{folder}/statistics/summary.csv" for folder in PLAN.datasets],
    output:
        figure=shown(
            "results/{study}/composition/datasets.svg",
            "composition_datasets",
            "composition",
            "statistics",
            dataset="all",
        ),
        table=shown(
            "results/{study}/composition/datasets.csv",
            "composition_datasets",
            "composition",
            "statistics",
            dataset="all",
        ),
    log:
        "logs/{study}/composition/collect_statistics.log",
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        datasets=list(COMPOSITION.datasets),
        code=code("collect_statistics.py"),
        libs=libs("collect_statistics.py"),
    message:
        "Statistics of all data sets"
    script:
        "../workflow/scripts/collect_statistics.py"


# --- training and evaluation


rule train_crabnet:
    """Fit CrabNet or HotCrab to one data set with one seed."""
    input:
        compounds="results/{study}/composition/{dataset}/compounds.parquet",
        vectors=lambda wildcards: PLAN.start(wildcards.network),
    output:
        model="results/{study}/composition/{dataset}/{network}/seed{seed}/model.safetensors",
        history=shown(
            "results/{study}/composition/{dataset}/{network}/seed{seed}/history.csv",
            "composition_history",
            "composition",
            "training",
            dataset="{dataset}",
            network="{network}",
            seed="{seed}",
        ),
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/train_crabnet.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/{network}/seed{seed}/train_crabnet.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 4
    resources:
        gpu=1,
        mem_mb=6000,
        runtime=720,
    params:
        # Not an output: it must outlive a job that is killed.
        checkpoint="results/{study}/composition/{dataset}/{network}/seed{seed}/checkpoint.pt",
        network=plain(COMPOSITION.network),
        train=plain(COMPOSITION.train),
        code=code("train_crabnet.py"),
        libs=libs("train_crabnet.py"),
    message:
        "Train {wildcards.network}: {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/train_crabnet.py"


rule plot_history:
    """Draw loss and validation error through training."""
    input:
        history="results/{study}/composition/{dataset}/{network}/seed{seed}/history.csv",
    output:
        figure=shown(
            "results/{study}/composition/{dataset}/{network}/seed{seed}/history.svg",
            "composition_history",
            "composition",
            "training",
            dataset="{dataset}",
            network="{network}",
            seed="{seed}",
        ),
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/plot_history.log",
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        target=lambda wildcards: PLAN.target(wildcards.dataset),
        code=code("plot_history.py"),
        libs=libs("plot_history.py"),
    message:
        "Training curve: {wildcards.network}, {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/plot_history.py"


rule evaluate_crabnet:
    """Predict every part, score the test part, and check the predicted uncertainty."""
    input:
        compounds="results/{study}/composition/{dataset}/compounds.parquet",
        model="results/{study}/composition/{dataset}/{network}/seed{seed}/model.safetensors",
    output:
        predictions="results/{study}/composition/{dataset}/{network}/seed{seed}/predictions.csv",
        metrics="results/{study}/composition/{dataset}/{network}/seed{seed}/metrics.csv",
        calibration=shown(
            "results/{study}/composition/{dataset}/{network}/seed{seed}/calibration.csv",
            "composition_calibration",
            "composition",
            "evaluation",
            dataset="{dataset}",
            network="{network}",
            seed="{seed}",
        ),
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/evaluate_crabnet.log",
    conda:
        "../envs/torch.yaml"
    threads: 2
    resources:
        gpu=1,
        mem_mb=4000,
        runtime=30,
    params:
        code=code("evaluate_crabnet.py"),
        libs=libs("evaluate_crabnet.py"),
    message:
        "Evaluate {wildcards.network}: {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/evaluate_crabnet.py"


rule plot_evaluation:
    """Draw predictions against targets, and the coverage of the predicted intervals."""
    input:
        predictions="results/{study}/composition/{dataset}/{network}/seed{seed}/predictions.csv",
        calibration="results/{study}/composition/{dataset}/{network}/seed{seed}/calibration.csv",
    output:
        parity=shown(
            "results/{study}/composition/{dataset}/{network}/seed{seed}/parity.svg",
            "composition_parity",
            "composition",
            "evaluation",
            dataset="{dataset}",
            network="{network}",
            seed="{seed}",
        ),
        calibration=shown(
            "results/{study}/composition/{dataset}/{network}/seed{seed}/calibration.svg",
            "composition_calibration",
            "composition",
            "evaluation",
            dataset="{dataset}",
            network="{network}",
            seed="{seed}",
        ),
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/plot_evaluation.log",
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        target=lambda wildcards: PLAN.target(wildcards.dataset),
        code=code("plot_evaluation.py"),
        libs=libs("plot_evaluation.py"),
    message:
        "Parity and calibration: {wildcards.network}, {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/plot_evaluation.py"


rule evaluate_baselines:
    """Score the training mean and a random forest on the same test part."""
    input:
        compounds="results/{study}/composition/{dataset}/compounds.parquet",
        vectors="results/{study}/composition/elements/vectors/magpie.csv",
    output:
        metrics="results/{study}/composition/{dataset}/baselines.csv",
    log:
        "logs/{study}/composition/{dataset}/evaluate_baselines.log",
    conda:
        "../envs/torch.yaml"
    threads: 2
    resources:
        mem_mb=4000,
        runtime=120,
    params:
        trees=COMPOSITION.baseline.trees,
        seeds=list(COMPOSITION.seeds),
        code=code("evaluate_baselines.py"),
        libs=libs("evaluate_baselines.py"),
    message:
        "Baselines: {wildcards.dataset}"
    script:
        "../workflow/scripts/evaluate_baselines.py"


rule collect_accuracy:
    """Compare the networks of all seeds with the baselines."""
    input:
        baselines="results/{study}/composition/{dataset}/baselines.csv",
        networks=expand(
            "results/{{study}}/composition/{{dataset}}/{network}/seed{seed}/metrics.csv",
            network=COMPOSITION.networks,
            seed=COMPOSITION.seeds,
        ),
    output:
        figure=shown(
            "results/{study}/composition/{dataset}/accuracy.svg",
            "composition_accuracy",
            "composition",
            "evaluation",
            dataset="{dataset}",
        ),
        table=shown(
            "results/{study}/composition/{dataset}/accuracy.csv",
            "composition_accuracy",
            "composition",
            "evaluation",
            dataset="{dataset}",
        ),
    log:
        "logs/{study}/composition/{dataset}/collect_accuracy.log",
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        target=lambda wildcards: PLAN.target(wildcards.dataset),
        code=code("collect_accuracy.py"),
        libs=libs("collect_accuracy.py"),
    message:
        "Accuracy: {wildcards.dataset}"
    script:
        "../workflow/scripts/collect_accuracy.py"


# --- element embeddings and their correlation


rule embed_elements:
    """Send every element through a network as a pure compound."""
    input:
        model="results/{study}/composition/{dataset}/{network}/seed{seed}/model.safetensors",
    output:
        embeddings="results/{study}/composition/{dataset}/{network}/seed{seed}/embeddings.parquet",
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/embed_elements.log",
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        code=code("embed_elements.py"),
        libs=libs("embed_elements.py"),
    message:
        "Element embeddings: {wildcards.network}, {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/embed_elements.py"


rule select_vectors:
    """Take one kind of element vector out of a network's embeddings."""
    input:
        embeddings="results/{study}/composition/{dataset}/{network}/seed{seed}/embeddings.parquet",
    output:
        table="results/{study}/composition/{dataset}/{network}/seed{seed}/vectors/{vectors}.csv",
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/vectors/{vectors}.log",
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("select_vectors.py"),
        libs=libs("select_vectors.py"),
    message:
        "Element vectors: {wildcards.network} {wildcards.vectors}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/select_vectors.py"


rule plot_element_correlation:
    """Correlate element vectors and draw the lower triangle, in every range and order."""
    input:
        vectors="results/{study}/composition/{place}/vectors/{vectors}.csv",
    output:
        **{
            f"{view}_{kind}": shown(
                f"results/{{study}}/composition/{{place}}/correlation/{{vectors}}/{view}.{suffix}",
                "composition_correlation",
                "composition",
                "element correlation",
                vectors="{place} {vectors}",
                view=view.replace("_", ", by "),
            )
            for view in PLAN.views
            for kind, suffix in (("figure", "svg"), ("table", "csv"))
        },
    log:
        "logs/{study}/composition/{place}/correlation/{vectors}/plot_element_correlation.log",
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        views=PLAN.views,
        code=code("plot_element_correlation.py"),
        libs=libs("plot_element_correlation.py"),
    message:
        "Element correlation: {wildcards.place} {wildcards.vectors}"
    script:
        "../workflow/scripts/plot_element_correlation.py"


rule render_element_correlation:
    """Write the interactive twin of the correlation maps, every range and order in one page."""
    input:
        vectors="results/{study}/composition/{place}/vectors/{vectors}.csv",
    output:
        page=shown(
            "results/{study}/composition/{place}/correlation/{vectors}/interactive.html",
            "composition_correlation",
            "composition",
            "element correlation",
            vectors="{place} {vectors}",
            view="all",
        ),
    log:
        "logs/{study}/composition/{place}/correlation/{vectors}/render_element_correlation.log",
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        views=PLAN.views,
        code=code("render_element_correlation.py"),
        libs=libs("render_element_correlation.py"),
    message:
        "Element correlation, interactive: {wildcards.place} {wildcards.vectors}"
    script:
        "../workflow/scripts/render_element_correlation.py"


rule plot_element_vectors:
    """Draw the vectors of chosen elements in every representation."""
    input:
        published=[
            f"{PLAN.elements}/vectors/{name}.csv"
            for name in COMPOSITION.correlation.representations
        ],
        networks=expand(
            "results/{{study}}/composition/{{dataset}}/{network}/seed{seed}/vectors/embedded.csv",
            network=COMPOSITION.networks,
            seed=COMPOSITION.seeds[:1],
        ),
    output:
        figure=shown(
            "results/{study}/composition/{dataset}/element_vectors.svg",
            "composition_element_vectors",
            "composition",
            "element vectors",
            dataset="{dataset}",
        ),
        table=shown(
            "results/{study}/composition/{dataset}/element_vectors.csv",
            "composition_element_vectors",
            "composition",
            "element vectors",
            dataset="{dataset}",
        ),
    log:
        "logs/{study}/composition/{dataset}/plot_element_vectors.log",
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        elements=list(COMPOSITION.element_vectors.elements),
        names=[
            *COMPOSITION.correlation.representations,
            *(f"{network}, embedded" for network in COMPOSITION.networks),
        ],
        code=code("plot_element_vectors.py"),
        libs=libs("plot_element_vectors.py"),
    message:
        "Element vectors: {wildcards.dataset}"
    script:
        "../workflow/scripts/plot_element_vectors.py"
