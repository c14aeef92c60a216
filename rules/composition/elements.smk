# Line `composition`: what the networks learned about the elements.
CRABNET_EMBEDDINGS = COMPOSITION_LINE.target(
    "embeddings",
    "Each element's embedded vector, query, key and value of every layer and head.",
)
ELEMENT_CORRELATION = COMPOSITION_LINE.target(
    "correlation",
    "Correlation between element vectors, published and learned: figures.",
    "element correlation",
)
ELEMENT_CORRELATION_PAGES = COMPOSITION_LINE.target(
    "correlation_pages",
    "Correlation between element vectors: interactive pages.",
    "element correlation",
)
ELEMENT_VECTORS = COMPOSITION_LINE.target(
    "element_vectors", "The vectors of chosen elements in every representation."
)
CORRELATION_MAPS = COMPOSITION.correlation.maps


rule embed_elements:
    """Send every element through a network as a pure compound; take out the vectors asked for."""
    input:
        model=CRABNET_EXPLAINED.file("model.safetensors"),
    output:
        embeddings=CRABNET_EXPLAINED.output("embeddings.parquet"),
        tables=[
            CRABNET_EXPLAINED.output(f"vectors/{name}.csv")
            for name in COMPOSITION.network_vectors()
        ],
    log:
        CRABNET.log("embed_elements"),
    benchmark:
        CRABNET.benchmark("embed_elements")
    conda:
        TORCH
    params:
        **tracked("composition/embed_elements.py"),
        names=COMPOSITION.network_vectors(),
    script:
        script_file("composition/embed_elements.py")


CRABNET_EMBEDDINGS.also(*CRABNET_EXPLAINED.files("embeddings.parquet"))


rule plot_published_correlation:
    """Correlate the published element vectors and draw the lower triangle, in every range and order."""
    input:
        vectors=COMPOSITION_TABLES.files(
            *(f"{name}.csv" for name in COMPOSITION.correlation.representations)
        ),
    output:
        **correlation_outputs(
            [
                COMPOSITION_STUDY.within(f"elements/correlation/{name}")
                for name in COMPOSITION.correlation.representations
            ]
        ),
    log:
        COMPOSITION_STUDY.log("elements/correlation/plot_published_correlation"),
    benchmark:
        COMPOSITION_STUDY.benchmark("elements/correlation/plot_published_correlation")
    conda:
        TORCH
    params:
        **tracked("composition/plot_published_correlation.py"),
        names=list(COMPOSITION.correlation.representations),
        maps=CORRELATION_MAPS,
    script:
        script_file("composition/plot_published_correlation.py")


rule plot_element_correlation:
    """Correlate what the networks of a data set made of the elements, and draw it in the same way."""
    input:
        vectors=CRABNET_EXPLAINED.files(
            *(f"vectors/{name}.csv" for name in COMPOSITION.correlation.vectors),
            dataset="{dataset}",
        ),
    output:
        **correlation_outputs(
            [
                place.within(f"correlation/{name}")
                for place in CRABNET_EXPLAINED.split("network", "seed")
                for name in COMPOSITION.correlation.vectors
            ]
        ),
    log:
        COMPOSITION_DATASET.log("plot_element_correlation"),
    benchmark:
        COMPOSITION_DATASET.benchmark("plot_element_correlation")
    conda:
        TORCH
    params:
        **tracked("composition/plot_element_correlation.py"),
        names=[
            "{network}, seed {seed}, ".format(**place.fixed) + name
            for place in CRABNET_EXPLAINED.split("network", "seed")
            for name in COMPOSITION.correlation.vectors
        ],
        maps=CORRELATION_MAPS,
    script:
        script_file("composition/plot_element_correlation.py")


rule plot_element_vectors:
    """Draw the vectors of chosen elements in every representation."""
    input:
        published=COMPOSITION_TABLES.files(
            *(f"{name}.csv" for name in COMPOSITION.correlation.representations)
        ),
        networks=CRABNET.only(seed=COMPOSITION.seeds[:1]).files(
            "vectors/embedded.csv", dataset="{dataset}"
        ),
    output:
        **ELEMENT_VECTORS.figure(COMPOSITION_DATASET, "element_vectors"),
    log:
        COMPOSITION_DATASET.log("plot_element_vectors"),
    benchmark:
        COMPOSITION_DATASET.benchmark("plot_element_vectors")
    conda:
        TORCH
    params:
        **tracked("composition/plot_element_vectors.py"),
        elements=list(COMPOSITION.element_vectors.elements),
        names=[
            *COMPOSITION.correlation.representations,
            *(f"{network}, embedded" for network in COMPOSITION.networks),
        ],
    script:
        script_file("composition/plot_element_vectors.py")
