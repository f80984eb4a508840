"""Sizes of the model and which of its parts are on."""

from dataclasses import asdict, dataclass, replace
from typing import Tuple


@dataclass(frozen=True)
class Preset:
    """One model. Widths are channels at 1/2, 1/4, 1/8 and 1/16 of the grid."""

    name: str
    widths: Tuple[int, int, int, int] = (32, 48, 64, 64)
    #: Residual blocks at each scale; as many again at 1/4 on the way up.
    blocks: Tuple[int, int, int, int] = (1, 1, 2, 2)
    #: Normalised convolution: samples pooled with their confidence, at every scale (anchors B2).
    pyramid: bool = True
    #: The model's own last frame, carried along, is an input.
    recurrent: bool = True
    #: What the samples said against memory is an input.
    innovation: bool = True
    #: What was looked at may move only within its quantisation cell (anchors B2, CSPN).
    impose: bool = True
    #: Steps of learned anisotropic diffusion (S7), 0 for none.
    diffusion: int = 0
    #: Width of the graph attention over sampled pixels (S6), 0 for none; layers and heads.
    graph: int = 0
    layers: int = 6
    heads: int = 8
    #: Samples that the graph sees at most, and neighbours of each.
    nodes: int = 576
    neighbours: int = 8
    #: Dropout of the Monte Carlo head (S8), 0 for none.
    dropout: float = 0.0

    def with_parts(self, **parts) -> "Preset":
        return replace(self, **parts)

    def to_dict(self) -> dict:
        return asdict(self)

    @staticmethod
    def from_dict(values: dict) -> "Preset":
        """Of what `to_dict` gave, which JSON may have made lists of. Raises ValueError for weights of an older trainer."""
        if not isinstance(values.get("blocks"), (list, tuple)):
            raise ValueError("These weights were made by an older trainer, of another architecture: train anew, or use the trainer that made them.")
        return Preset(**{**values, "widths": tuple(values["widths"]), "blocks": tuple(values["blocks"])})


PRESETS = {
    preset.name: preset
    for preset in (
        # Tests: everything in it, quick to train.
        Preset("tiny", widths=(8, 12, 16, 16), blocks=(1, 1, 1, 1), diffusion=2, graph=16, layers=1, heads=2, nodes=32, dropout=0.1),
        # Real time on a laptop CPU: at most 8 ms per 320x180 frame on two cores in ONNX Runtime.
        Preset("small"),
        # A GPU.
        Preset("base", widths=(48, 96, 144, 192), blocks=(2, 2, 2, 2), diffusion=10, graph=128, nodes=1152),
        # The paper's parts at the paper's size.
        Preset("paper", widths=(64, 128, 192, 256), blocks=(2, 2, 2, 2), diffusion=10, graph=768, nodes=1152, dropout=0.1),
    )
}
