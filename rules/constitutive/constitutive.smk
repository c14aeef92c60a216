# Line `constitutive`: neural stress-strain laws, trained, explained, checked against the physics.
CONSTITUTIVE = STUDY.constitutive
CONSTITUTIVE_LINE = RESULTS.line(
    "constitutive",
    "Which inputs drive a neural stress-strain law, and does it have the law's stiffness: every result of the line.",
    "case",
    "seed",
)

# Data stand in a folder for each case, networks and their explanations in one for each seed.
LAW_CASE = CONSTITUTIVE_LINE.group(
    CONSTITUTIVE_LINE.place.within("{case}", case=CONSTITUTIVE.cases)
)
STRESS_NETWORK = LAW_CASE.within("seed{seed}", seed=CONSTITUTIVE.seeds)
CONSTITUTIVE_LINE.look_first = CONSTITUTIVE_LINE.place.file("accuracy.csv")
STRESS_NETWORK_TITLE = "{case}, seed {seed}"


def law_case(wildcards):
    """The settings of a case."""
    return CONSTITUTIVE.cases[wildcards.case]


def law_units(wildcards):
    """Units of a case's stress and time."""
    return law_case(wildcards).units


include: "networks.smk"
include: "explanations.smk"
