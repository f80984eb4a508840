"""Sizes of the model and which of its parts are on."""

from dataclasses import asdict, dataclass, replace
from typing import Tuple

#: Pixels along a cube's side, frames in it, numbers of its two RGB pictures (H2).
CUBE, FRAMES = 16, 2
#: Regions, numbers of a state token, kinds of state tokens, numbers of the session vector: the ONNX contract.
REGIONS, STATE, KINDS, SESSION = 8, 24, 5, 32


@dataclass(frozen=True)
class Preset:
    """One model. `widths` are channels of the four encoder stages, at 1/4, 1/8, 1/16 (one token a cube) and 1/32 of the grid (H3)."""

    name: str
    widths: Tuple[int, int, int, int] = (32, 48, 96, 128)
    #: Window blocks of each stage; every second one of all is shifted.
    depths: Tuple[int, int, int, int] = (2, 2, 2, 2)
    #: Side of the attention windows of each stage, tokens.
    windows: Tuple[int, int, int, int] = (4, 4, 4, 4)
    #: Blocks of region-aware attention over all cubes, state and memory, after stage 3 (H6).
    region_blocks: int = 1
    #: Width of an attention head at least, and of MLPs beside their input.
    head: int = 32
    ratio: float = 2.0
    #: State encoder (H5), shared by encoder and decoder.
    state_width: int = 64
    state_layers: int = 2
    state_heads: int = 4
    state_ratio: float = 2.0
    #: Region embeddings and the region memory's width D.
    region_width: int = 32
    memory: int = 64
    #: Latent of a cube and its residual quantisation (H11).
    latent: int = 64
    codebooks: int = 6
    entries: int = 512
    code_width: int = 8
    #: Decoder (H12): width, blocks, width of a head, MLP ratio; channels of the context's features at 1/4, and its head's hidden width.
    decoder_width: int = 128
    decoder_blocks: int = 4
    decoder_head: int = 32
    decoder_ratio: float = 2.0
    context_width: int = 32
    fine_width: int = 96
    #: What ablations switch off: state fusion, region awareness (regions, their links and memory), the stages at 1/4, 1/8 and 1/32.
    state: bool = True
    regions: bool = True
    hierarchical: bool = True
    #: Peak learning rate that suits it: the paper's 1.5e-4 (H10) is for large models and 1200 epochs.
    rate: float = 1.5e-4

    def with_parts(self, **parts) -> "Preset":
        return replace(self, **parts)

    def to_dict(self) -> dict:
        return asdict(self)

    @staticmethod
    def from_dict(values: dict) -> "Preset":
        """Of what `to_dict` gave, which JSON may have made lists of."""
        return Preset(**{key: tuple(value) if isinstance(value, list) else value for key, value in values.items()})


#: What both sizes of the paper share: widths of the four stages (at 56, 28, 14 and 7 tokens there), the state encoder's, and those of regions.
LARGE = {
    "widths": (768, 1024, 1280, 1408),
    "windows": (8, 8, 4, 4),
    "head": 64,
    "state_width": 768,
    "state_layers": 4,
    "state_heads": 8,
    "region_width": 256,
    "memory": 256,
    "latent": 128,
    "decoder_head": 64,
}

PRESETS = {
    preset.name: preset
    for preset in (
        # Tests: everything in it, quick to train.
        Preset(
            "test",
            widths=(8, 16, 16, 16),
            depths=(2, 1, 1, 1),
            head=8,
            state_width=16,
            state_layers=1,
            state_heads=2,
            region_width=8,
            memory=8,
            latent=16,
            entries=32,
            decoder_width=16,
            decoder_head=8,
            context_width=8,
            fine_width=16,
            rate=2e-3,
        ),
        # Shipped: real time on a laptop CPU.
        Preset("tiny", rate=7e-4),
        # A GPU: the paper's sizes, 120 M encoder + 60 M decoder.
        Preset("base", **LARGE, depths=(1, 1, 1, 1), decoder_width=1024, decoder_ratio=2.5, context_width=96, fine_width=384),
        # 350 M + 100 M.
        Preset("large", **LARGE, depths=(2, 4, 6, 3), ratio=4.0, state_ratio=4.0, decoder_width=1216, decoder_ratio=4.0, context_width=128, fine_width=512),
    )
}
