"""Settings of the analyses of the line `composition`: what is kept, explained and drawn."""

from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field

from matxai.composition.settings.symbols import ELEMENTS
from matxai.config.base import Count, Distinct, Positive, Seed, SettingsBlock, Several, Share, Text


class AttentionFigures(SettingsBlock):
    """What is shown of the captured attention: single compounds, and which elements attend to which."""

    compounds: Count = 3
    """Captured compounds shown one by one, or all if there are fewer: drawn from the most frequent
    element count, then from the next, and so on (pure elements last)."""
    seed: Seed = 0
    """Seed of the draw."""
    formulas: Several[Text] | None = None
    """Formulas shown instead of a draw, e.g. [TiO2, BaTiO3]; each must be captured."""
    minimum: Count = 5
    """Pairs of elements that fewer captured compositions hold are grey."""


class AttentionVideos(SettingsBlock):
    """Videos of single compounds' attention through training."""

    frames_per_second: Count = 15
    """Captured steps shown in a second of video, at most: with few steps each is held longer, so
    that a video lasts six seconds."""


Published = Literal["oliynyk", "magpie", "mat2vec", "jarvis"]
NetworkVectors = Annotated[str, Field(pattern=r"^(embedded|layer[1-9][0-9]*\.(query|key|value))$")]


class Correlation(SettingsBlock):
    """Pearson correlation between the vectors of elements."""

    representations: Annotated[tuple[Published, ...], Distinct] = get_args(Published)
    """Published element tables shown beside the networks."""
    vectors: Annotated[tuple[NetworkVectors, ...], Distinct] = ("embedded",)
    """Vectors taken from each network: embedded, or layerN.query, layerN.key, layerN.value with N
    from 1 to network.layers."""
    ranges: Several[Literal["full", "uranium"]] = ("full", "uranium")
    """Elements shown: all, or those up to Z = 92."""
    orders: Several[Literal["number", "group"]] = ("number", "group")
    """Elements by atomic number, or by group."""

    @property
    def maps(self) -> dict[str, str]:
        """Title of each map by its name, such as ``uranium_group``."""
        spans = {"full": "full", "uranium": "up to U"}
        return {
            f"{span}_{order}": f"{spans[span]}, by {order}"
            for span in self.ranges
            for order in self.orders
        }


def _known(symbol: str) -> str:
    if symbol not in ELEMENTS:
        raise ValueError(f"{symbol} is no element up to Lr: write symbols such as Fe")
    return symbol


Symbol = Annotated[str, Field(pattern=r"^[A-Z][a-z]?$"), AfterValidator(_known)]


class ElementVectors(SettingsBlock):
    """Line plots of single elements' vectors."""

    elements: Annotated[tuple[Symbol, ...], Distinct] = ("Si", "Cr")
    """Symbols of the elements; nobelium needs quotes ("No")."""


class Oxidation(SettingsBlock):
    """Oxidation states guessed from formulas (pymatgen's first-ranked assignment, found faster)."""

    time_limit: Positive = 10.0
    """Seconds after which the search for one formula is given up, with that reason in the table."""


class Contributions(SettingsBlock):
    """What a network assigns to each element of a compound."""

    minimum: Count = 5
    """Elements that fewer compositions of the test part hold are grey and in no distribution."""
    elements: Count = 24
    """Elements in the figure of distributions, most frequent first."""


Neighbours = Annotated[int, Field(
    ge=2,
    description="Neighbours of a point that UMAP keeps close; a map needs twice as many points.",
)]  # fmt: skip
MostPoints = Annotated[Count, Field(
    description="Points of a map, at most: of more compositions, these are drawn at random."
)]  # fmt: skip
UmapEpochs = Annotated[Count | None, Field(
    description="Passes over the neighbours when a map is laid out; null: umap-learn's own rule, "
    "500, above 10,000 points 200."
)]  # fmt: skip
UmapSeeds = Annotated[Several[Seed], Field(
    description="Seeds of UMAP: the first map is shown, the others tell how stable it is given its "
    "start, which all share."
)]  # fmt: skip


class LocalUmap(SettingsBlock):
    """Maps of single elements: their vectors in every compound, in two dimensions."""

    elements: Several[Symbol] = (
        "Al", "Fe", "O", "C", "B", "N", "Ti", "Cu", "Li", "W", "Na", "Si", "Ag", "Te", "As", "Cr",
        "Pt", "Tl", "Sb",
    )  # fmt: skip
    """Symbols of the elements; nobelium needs quotes ("No")."""
    neighbours: Neighbours = 5
    min_dist: Share = 0.3
    """Least distance of points in a map, in units of UMAP's spread."""
    min_dist_first: Share = 0.8
    """The same for the first layer."""
    at_most: MostPoints = 500
    epochs: UmapEpochs = 200
    seeds: UmapSeeds = (0, 1)


class GlobalUmap(SettingsBlock):
    """Maps of whole compounds: every layer's output over the elements, in two dimensions."""

    neighbours: Neighbours = 15
    min_dist: Share | None = None
    """Least distance of points in a map, in units of UMAP's spread; null: the published rule, 0.2,
    above 4,000 points 0.4, above 100,000 points 0.5."""
    at_most: MostPoints = 3000
    epochs: UmapEpochs = 200
    seeds: UmapSeeds = (0, 1)


class Faithfulness(SettingsBlock):
    """Whether attention ranks the elements of a compound as the prediction depends on them."""

    compounds: Count = 500
    """Compositions of the test part with at least two elements, drawn at random if there are
    more."""
    seed: Seed = 0
    """Seed of the draw and of the intervals."""
    tolerance: Annotated[Positive, Field(lt=1)] = 0.01
    """Integrated gradients along the encoding: a compound whose attributions miss the change of the
    prediction by more than this share of the mean change is left out."""
    points: Annotated[int, Field(ge=16)] = 256
    """Integrated gradients: points of the integral at most (16, doubled)."""
    jitter: Annotated[Positive, Field(lt=1)] = 0.02
    """Relative standard deviation of noise on the fractions under which each reference is taken
    again, in the same way: its agreement with itself says how firm its order is."""


class Baseline(SettingsBlock):
    """Random forest on fraction-weighted element properties, to compare with."""

    trees: Count = 100
    """Trees of the forest."""
