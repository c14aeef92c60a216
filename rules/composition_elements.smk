# Line `composition`: what the networks learned about the elements.
of_vectors = shown_from(
    f"{STUDY}/{{place}}/correlation/{{vectors}}",
    "composition",
    vectors="{place} {vectors}",
)


rule embed_elements:
    """Send every element through a network as a pure compound."""
    input:
        model=f"{TRAINED}/model.safetensors",
    output:
        embeddings=f"{TRAINED}/embeddings.parquet",
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/embed_elements.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/{network}/seed{seed}/embed_elements.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000),
        runtime=by_size(10),
    params:
        code=code("composition/embed_elements.py"),
        libs=libs("composition/embed_elements.py"),
    message:
        "Element embeddings: {wildcards.network}, {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/composition/embed_elements.py"


rule select_element_vectors:
    """Take one kind of element vector out of a network's embeddings."""
    input:
        embeddings=f"{TRAINED}/embeddings.parquet",
    output:
        table=f"{TRAINED}/vectors/{{vectors}}.csv",
    log:
        "logs/{study}/composition/{dataset}/{network}/seed{seed}/vectors/{vectors}.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/{network}/seed{seed}/vectors/{vectors}.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000),
        runtime=by_size(10),
    params:
        code=code("composition/select_element_vectors.py"),
        libs=libs("composition/select_element_vectors.py"),
    message:
        "Element vectors: {wildcards.network} {wildcards.vectors}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/composition/select_element_vectors.py"


rule plot_element_correlation:
    """Correlate element vectors and draw the lower triangle, in every range and order."""
    input:
        vectors=f"{STUDY}/{{place}}/vectors/{{vectors}}.csv",
    output:
        **{
            f"{view}_{kind}": of_vectors(
                f"{view}.{suffix}",
                "composition/correlation",
                "element correlation",
                view=title,
            )
            for view, title in COMPOSITION_PLAN.views.items()
            for kind, suffix in (("figure", "svg"), ("table", "csv"))
        },
    log:
        "logs/{study}/composition/{place}/correlation/{vectors}/plot_element_correlation.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{place}/correlation/{vectors}/plot_element_correlation.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000),
        runtime=by_size(10),
    params:
        views=COMPOSITION_PLAN.views,
        code=code("composition/plot_element_correlation.py"),
        libs=libs("composition/plot_element_correlation.py"),
    message:
        "Element correlation: {wildcards.place} {wildcards.vectors}"
    script:
        "../workflow/scripts/composition/plot_element_correlation.py"


rule render_element_correlation:
    """Write the interactive twin of the correlation maps, every range and order in one page."""
    input:
        vectors=f"{STUDY}/{{place}}/vectors/{{vectors}}.csv",
    output:
        page=of_vectors(
            "interactive.html",
            "composition/correlation",
            "element correlation",
            view="all",
        ),
    log:
        "logs/{study}/composition/{place}/correlation/{vectors}/render_element_correlation.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{place}/correlation/{vectors}/render_element_correlation.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000),
        runtime=by_size(10),
    params:
        views=COMPOSITION_PLAN.views,
        code=code("composition/render_element_correlation.py"),
        libs=libs("composition/render_element_correlation.py"),
    message:
        "Element correlation, interactive: {wildcards.place} {wildcards.vectors}"
    script:
        "../workflow/scripts/composition/render_element_correlation.py"


rule plot_element_vectors:
    """Draw the vectors of chosen elements in every representation."""
    input:
        published=[
            f"{COMPOSITION_PLAN.elements}/vectors/{name}.csv"
            for name in COMPOSITION.correlation.representations
        ],
        networks=expand(
            f"{TRAINED}/vectors/embedded.csv",
            network=COMPOSITION.networks,
            seed=COMPOSITION.seeds[:1],
            allow_missing=True,
        ),
    output:
        figure=of_dataset(
            "element_vectors.svg", "composition/element_vectors", "element vectors"
        ),
        table=of_dataset(
            "element_vectors.csv", "composition/element_vectors", "element vectors"
        ),
    log:
        "logs/{study}/composition/{dataset}/plot_element_vectors.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/plot_element_vectors.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_size(2000),
        runtime=by_size(10),
    params:
        elements=list(COMPOSITION.element_vectors.elements),
        names=[
            *COMPOSITION.correlation.representations,
            *(f"{network}, embedded" for network in COMPOSITION.networks),
        ],
        code=code("composition/plot_element_vectors.py"),
        libs=libs("composition/plot_element_vectors.py"),
    message:
        "Element vectors: {wildcards.dataset}"
    script:
        "../workflow/scripts/composition/plot_element_vectors.py"
