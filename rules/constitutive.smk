# Line `constitutive`: neural stress-strain laws, trained, explained, checked against the physics.
from matxai.constitutive.plan import NOT_GENERATED, Plan

CONSTITUTIVE = SETTINGS.constitutive
CONSTITUTIVE_PLAN = Plan(CONSTITUTIVE, f"results/{SETTINGS.study}/constitutive")
TARGETS |= CONSTITUTIVE_PLAN.targets()
CASE = "results/{study}/constitutive/{case}"
NETWORK = f"{CASE}/seed{{seed}}"
NETWORK_TITLE = "{case}, seed {seed}"
units_of = lambda wildcards: CONSTITUTIVE_PLAN.units(wildcards.case)
of_case = shown_from(CASE, "constitutive", case="{case}")
of_network = shown_from(NETWORK, "constitutive", case="{case}", seed="{seed}")


wildcard_constraints:
    case=exactly(*CONSTITUTIVE.cases),


rule constitutive:
    """Every result of the line constitutive."""
    input:
        *CONSTITUTIVE_PLAN.targets().values(),


rule constitutive_preparation:
    """What was read from the raw files, what was refused, and the ranges of what was kept."""
    input:
        TARGETS["constitutive_preparation"],


rule constitutive_accuracy:
    """R2 of one step, closed loop and recurrent network, by kind of step."""
    input:
        TARGETS["constitutive_accuracy"],


rule constitutive_training:
    """Loss and validation error through training."""
    input:
        TARGETS["constitutive_training"],


rule constitutive_predictions:
    """One test path: truth, one step ahead, closed loop."""
    input:
        TARGETS["constitutive_predictions"],


rule constitutive_residuals:
    """Errors of the predicted stress, against strain and as a distribution."""
    input:
        TARGETS["constitutive_residuals"],


rule constitutive_permutation:
    """Loss of R2 when features, or groups of them, are permuted."""
    input:
        TARGETS["constitutive_permutation"],


rule constitutive_saliency:
    """Mean gradients with respect to the features."""
    input:
        TARGETS["constitutive_saliency"],


rule constitutive_integrated_gradients:
    """Attributions from the zero state and from the training mean."""
    input:
        TARGETS["constitutive_integrated_gradients"],


rule constitutive_comparison:
    """Permutation, saliency and integrated gradients side by side; the JSON summaries."""
    input:
        TARGETS["constitutive_comparison"],


rule constitutive_tangent:
    """The network's tangent against that of the law."""
    input:
        TARGETS["constitutive_tangent"],


rule constitutive_states:
    """Components of the recurrent state against the internal variables."""
    input:
        TARGETS["constitutive_states"],


for CASE_NAME, CASE_FILES in CONSTITUTIVE_PLAN.case_targets().items():

    rule:
        name:
            f"constitutive_{CASE_NAME}"
        input:
            CASE_FILES,


include: "constitutive_networks.smk"
include: "constitutive_explanations.smk"
