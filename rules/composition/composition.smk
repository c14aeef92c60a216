# Line `composition`: an attention network on formulas, trained, evaluated and explained.
COMPOSITION = STUDY.composition
COMPOSITION_LINE = RESULTS.line(
    "composition",
    "What an attention network knows about elements and compounds: every result of the line.",
    "dataset",
    "network",
    "seed",
)

# Where results stand: once for the study, a data set, a network. Accuracy counts the networks of
# all seeds, explanations are of those of the first seeds.
COMPOSITION_STUDY = COMPOSITION_LINE.place
COMPOSITION_DATASET = COMPOSITION_LINE.group(
    COMPOSITION_STUDY.within("{dataset}", dataset=COMPOSITION.datasets)
)
CRABNET = COMPOSITION_DATASET.within(
    "{network}/seed{seed}", network=COMPOSITION.networks, seed=COMPOSITION.seeds
)
CRABNET_EXPLAINED = CRABNET.only(seed=COMPOSITION.seeds[: COMPOSITION.explained])
COMPOSITION_LINE.look_first = COMPOSITION_STUDY.file("summary.svg")
CRABNET_TITLE = "{network} on {dataset}, seed {seed}"


def composition_axis(wildcards):
    """Task, label, unit and transform of a data set's target: what axes and captions say."""
    return COMPOSITION.datasets[wildcards.dataset].axis


def crabnet_titles(wildcards):
    """Titles of the figures of a data set's networks, in the order of their files."""
    places = CRABNET.split("network", "seed")
    return [CRABNET_TITLE.format(**place.fixed, **wildcards) for place in places]


def correlation_outputs(places):
    """Figure, table and page of every map of the places, which are folders of one representation each."""
    return {
        **{
            f"{kind}s": [
                ELEMENT_CORRELATION.result(place, f"{name}{suffix}", "correlation")
                for place in places
                for name in CORRELATION_MAPS
            ]
            for kind, suffix in (("figure", ".svg"), ("table", ".csv"))
        },
        "pages": [
            ELEMENT_CORRELATION_PAGES.result(place, "interactive.html", "correlation")
            for place in places
        ],
    }


include: "data.smk"
include: "training.smk"
include: "attention.smk"
include: "elements.smk"
include: "oxidation.smk"
include: "contributions.smk"
include: "umap.smk"
include: "faithfulness.smk"
