"""The model and the two graphs that are shipped of it."""

from typing import Optional, Tuple

import torch
from torch import Tensor, nn

from .decoder import Decoder
from .encoder import Encoder
from .presets import Preset
from .rvq import Quantiser
from .state import StateEncoder


class HstMae(nn.Module):
    """State encoder, encoder, quantiser, decoder."""

    def __init__(self, preset: Preset):
        super().__init__()
        self.preset = preset
        self.state = StateEncoder(preset)
        self.encoder = Encoder(preset)
        self.quantiser = Quantiser(preset.latent, preset.codebooks, preset.entries, preset.code_width)
        self.decoder = Decoder(preset)

    def known(self, region: Tensor, memory: Tensor) -> Tuple[Tensor, Tensor]:
        """Regions and their memory as the preset lets the model see them."""
        return (region, memory) if self.preset.regions else (region * 0, memory * 0)

    def encode(self, frames, context, hidden, state, region, memory, session, unseen: Optional[Tensor] = None) -> Tuple[Tensor, Tensor, Tensor]:
        """Latents [batch, cubes, latent], the pair's own session vector, and the encoded state tokens, which the decoder takes. Shapes: Encoder."""
        region, memory = self.known(region, memory)
        tokens = self.state(state, unseen)
        latent, pooled = self.encoder(frames, context, hidden, tokens, unseen, region, memory, session)
        return latent, pooled, tokens

    def decode(self, latent, levels, places, context, tokens, region, rank, memory, session, unseen: Optional[Tensor] = None) -> Tuple[Tensor, Tensor]:
        region, memory = self.known(region, memory)
        return self.decoder(latent, levels, places, context, tokens, unseen, region, rank, memory, session)


class ServedEncoder(nn.Module):
    """encoder.onnx: one pair, batch 1 (contract: training/README.md)."""

    INPUTS = ("frames", "context", "mask", "state", "region", "rank", "memory", "session")
    OUTPUTS = ("codes", "pooled")

    def __init__(self, model: HstMae):
        super().__init__()
        self.model = model

    def forward(self, frames, context, mask, state, region, rank, memory, session):
        one = lambda x: x.unsqueeze(0)
        latent, pooled, _ = self.model.encode(one(frames), one(context), one(mask), one(state), one(region.long()), one(memory), one(session))
        # The encoder sees all cubes at once; the order of decoding is no matter of its own.
        codes = self.model.quantiser.encode(latent[0]) + rank.long().sum() * 0
        return codes.int(), pooled[0]


class ServedDecoder(nn.Module):
    """decoder.onnx: the active cubes of one pair."""

    INPUTS = ("places", "codes", "levels", "context", "state", "region", "rank", "memory", "session")
    OUTPUTS = ("cubes", "memoryOut")

    def __init__(self, model: HstMae):
        super().__init__()
        self.model = model

    def forward(self, places, codes, levels, context, state, region, rank, memory, session):
        one = lambda x: x.unsqueeze(0)
        levels = levels.long()
        latent = self.model.quantiser.decode(codes.long(), levels)
        tokens = self.model.state(one(state), None)
        cubes, after = self.model.decode(one(latent), one(levels), one(places.long()), one(context), tokens, one(region.long()), one(rank.long()), one(memory), one(session))
        return cubes[0], after[0]
