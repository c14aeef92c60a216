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
        mem_mb=growing(2000),
        runtime=growing(10),
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
        mem_mb=growing(2000),
        runtime=growing(10),
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
        vectors=f"{STUDY}/{{place}}/vectors/{{vectors}}.csv",
    output:
        **{
            f"{view}_{kind}": of_vectors(
                f"{view}.{suffix}",
                "composition_correlation",
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
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        views=COMPOSITION_PLAN.views,
        code=code("plot_element_correlation.py"),
        libs=libs("plot_element_correlation.py"),
    message:
        "Element correlation: {wildcards.place} {wildcards.vectors}"
    script:
        "../workflow/scripts/plot_element_correlation.py"


rule render_element_correlation:
    """Write the interactive twin of the correlation maps, every range and order in one page."""
    input:
        vectors=f"{STUDY}/{{place}}/vectors/{{vectors}}.csv",
    output:
        page=of_vectors(
            "interactive.html",
            "composition_correlation",
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
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        views=COMPOSITION_PLAN.views,
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
            "element_vectors.svg", "composition_element_vectors", "element vectors"
        ),
        table=of_dataset(
            "element_vectors.csv", "composition_element_vectors", "element vectors"
        ),
    log:
        "logs/{study}/composition/{dataset}/plot_element_vectors.log",
    benchmark:
        "benchmarks/jobs/{study}/composition/{dataset}/plot_element_vectors.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
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
