# Line `composition`: an attention network on formulas, trained, evaluated and explained.
from matxai.composition.plan import Plan, each

COMPOSITION = SETTINGS.composition
COMPOSITION_PLAN = Plan(COMPOSITION, f"results/{SETTINGS.study}/composition")
TARGETS |= COMPOSITION_PLAN.targets()
target_of = lambda wildcards: COMPOSITION_PLAN.target(wildcards.dataset)
task_of = lambda wildcards: COMPOSITION_PLAN.dataset(wildcards.dataset).task

# Where results stand, what the title of a figure says of its network, and how the report shows a file.
STUDY = "results/{study}/composition"
DATASET = f"{STUDY}/{{dataset}}"
TRAINED = f"{DATASET}/{{network}}/seed{{seed}}"
TRAINED_TITLE = "{network} on {dataset}, seed {seed}"
of_study = shown_from(STUDY, "composition", dataset="all")
of_dataset = shown_from(DATASET, "composition", dataset="{dataset}")
of_trained = shown_from(
    TRAINED, "composition", dataset="{dataset}", network="{network}", seed="{seed}"
)


wildcard_constraints:
    dataset=exactly(*COMPOSITION.datasets),
    network=exactly(*COMPOSITION.networks),
    place=r"elements|[^/]+/[^/]+/seed\d+",
    vectors=r"[a-z0-9_.]+",


rule composition:
    """Every result of the line composition."""
    input:
        *COMPOSITION_PLAN.targets().values(),


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


rule composition_summary:
    """Errors of all models on all data sets, with seed spread and published values."""
    input:
        TARGETS["composition_summary"],


rule composition_training:
    """Loss and validation error through training."""
    input:
        TARGETS["composition_training"],


rule composition_attention:
    """Attention of every layer and head: checked, drawn by the kept weights, element by element."""
    input:
        TARGETS["composition_attention"],


rule composition_attention_videos:
    """Attention and prediction of single compounds through training, as videos."""
    input:
        TARGETS["composition_attention_videos"],


rule composition_attention_pages:
    """Attention of single compounds and between elements, interactive pages."""
    input:
        TARGETS["composition_attention_pages"],


rule composition_parity:
    """Predictions against targets."""
    input:
        TARGETS["composition_parity"],


rule composition_roc:
    """ROC and precision-recall curves of the data sets with classes."""
    input:
        TARGETS["composition_roc"],


rule composition_calibration:
    """How far the predicted uncertainty can be trusted."""
    input:
        TARGETS["composition_calibration"],


rule composition_embeddings:
    """Element embeddings: embedded vector, query, key and value of every layer and head."""
    input:
        TARGETS["composition_embeddings"],


rule composition_contributions:
    """What the networks assign to each element, on the periodic table and as distributions."""
    input:
        TARGETS["composition_contributions"],


rule composition_umap_local:
    """UMAPs of single elements' vectors in every layer."""
    input:
        TARGETS["composition_umap_local"],


rule composition_umap_global:
    """UMAPs of whole compounds in every layer."""
    input:
        TARGETS["composition_umap_global"],


rule composition_umap_pages:
    """All UMAPs as interactive pages."""
    input:
        TARGETS["composition_umap_pages"],


rule composition_umap_stability:
    """How far the UMAPs can be trusted: neighbours kept, and kept with another seed."""
    input:
        TARGETS["composition_umap_stability"],


rule composition_faithfulness:
    """Attention compared with removal, integrated gradients and contributions."""
    input:
        TARGETS["composition_faithfulness"],


rule composition_element_vectors:
    """Vectors of chosen elements in every representation."""
    input:
        TARGETS["composition_element_vectors"],


rule composition_oxidation:
    """Oxidation states guessed for every compound, and how they compare with the common ones."""
    input:
        TARGETS["composition_oxidation"],


rule composition_correlation:
    """Correlation between element vectors, static figures."""
    input:
        TARGETS["composition_correlation"],


rule composition_correlation_pages:
    """Correlation between element vectors, interactive pages."""
    input:
        TARGETS["composition_correlation_pages"],


include: "composition_data.smk"
include: "composition_training.smk"
include: "composition_attention.smk"
include: "composition_elements.smk"
include: "composition_oxidation.smk"
include: "composition_contributions.smk"
include: "composition_umap.smk"
include: "composition_faithfulness.smk"
