"""The light, state-guided decoder (H12, H17): pixels of the active cubes, in the order of their regions' ranks."""

import math
from typing import Optional, Tuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .attention import Attention, CrossAttention, Mlp
from .cubes import cubes_of, pick
from .encoder import ATOM, LOUD, PATCH, PLACE_BANDS, SILENCE, SIZE, atom_rows, loudness_row
from .presets import CUBE, FRAMES, REGIONS, SESSION, Preset
from .regions import RegionBias, RegionMemory, link, one_hot
from .state import Film, pool, waves

#: Patches along a cube's side, and in it.
SIDE = CUBE // PATCH
PARTS = SIDE * SIDE
#: Numbers of a patch of both frames.
PIXELS = 3 * FRAMES * PATCH * PATCH
#: Logarithm of how loud what is added may be at most: 0 ... 1 is the pixels' range.
LOUDEST = 0.5


class ContextFeatures(nn.Module):
    """What the context looks like at 1/4, with a margin around each patch. [batch, 6, height, width] to [batch, channels, height / 4, width / 4]."""

    def __init__(self, width: int):
        super().__init__()
        self.enter = nn.Conv2d(3 * FRAMES, width, PATCH, PATCH)
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.enter((x - 0.5) * 2)
        return x + self.second(F.leaky_relu(self.first(F.leaky_relu(x, 0.1)), 0.1))


class DecoderBlock(nn.Module):
    """Attention among active cubes and to the region memory, attention to the state, MLP; the session's adapter scales what goes in (H16)."""

    def __init__(self, preset: Preset):
        super().__init__()
        width, heads = preset.decoder_width, preset.decoder_width // preset.decoder_head
        self.norm, self.after = nn.LayerNorm(width), nn.LayerNorm(width)
        self.session = Film(SESSION, width)
        self.attention = Attention(width, heads)
        self.state = CrossAttention(width, heads, preset.state_width) if preset.state else None
        self.mlp = Mlp(width, preset.decoder_ratio)

    def forward(self, x: Tensor, memory: Tensor, bias: Tensor, state: Tensor, unseen: Optional[Tensor], session: Tensor) -> Tensor:
        y = self.session(self.norm(x), session)
        x = x + self.attention(y, torch.cat((memory, y), 1), bias)
        if self.state is not None:
            x = self.state(x, state, unseen)
        return x + self.mlp(self.after(x))


class Decoder(nn.Module):
    """latent [batch, active, latent], levels and places [batch, active] (long), context [batch, 2, 3, height, width], state [batch, S, state width], region [batch, cubes],
    rank [batch, 8], memory [batch, 8, D], session [batch, 32] to cubes [batch, active, 2, 3, 16, 16] and the next memory."""

    def __init__(self, preset: Preset):
        super().__init__()
        self.preset = preset
        width, fine = preset.decoder_width, preset.context_width
        self.context = ContextFeatures(fine)
        self.look = nn.Linear(PARTS * fine, width)
        self.latent = nn.Linear(preset.latent, width)
        self.levels = nn.Parameter(torch.randn(preset.codebooks + 1, width) * 0.02)
        self.place = nn.Linear(4 * PLACE_BANDS, width)
        self.regions = nn.Parameter(torch.randn(REGIONS, preset.region_width) * 0.02)
        self.region = nn.Linear(preset.region_width, width, bias=False)
        self.memory = RegionMemory(width, preset.memory)
        self.bias = RegionBias(width // preset.decoder_head, preset.decoder_blocks)
        self.blocks = nn.ModuleList([DecoderBlock(preset) for _ in range(preset.decoder_blocks)])
        self.norm = nn.LayerNorm(width)
        self.late = Film(preset.state_width, width)
        self.part = nn.Linear(width, PARTS * fine)
        self.fine = nn.Sequential(nn.Linear(2 * fine, preset.fine_width), nn.GELU(), nn.Linear(preset.fine_width, preset.fine_width), nn.GELU())
        self.out = nn.Linear(preset.fine_width, PIXELS)
        # A linear transform beside the network, and how loud the sum is: the encoder's counterparts.
        self.direct = nn.Linear(preset.latent, SIDE * SIDE * PIXELS, bias=False)
        self.direct.weight = nn.Parameter(atom_rows(preset.latent).t() * SIZE)
        self.loud = nn.Linear(width, 1)
        self.loudness = nn.Linear(preset.latent, 1, bias=False)
        self.loudness.weight = nn.Parameter(loudness_row(preset.latent).unsqueeze(0) / LOUD)
        nn.init.normal_(self.out.weight, 0, 0.02)
        nn.init.zeros_(self.out.bias)
        nn.init.zeros_(self.loud.weight)
        nn.init.constant_(self.loud.bias, math.log(SILENCE))

    def forward(
        self, latent: Tensor, levels: Tensor, places: Tensor, context: Tensor, state: Tensor, unseen: Optional[Tensor], region: Tensor, rank: Tensor, memory: Tensor, session: Tensor
    ) -> Tuple[Tensor, Tensor]:
        b, height, width = context.shape[0], context.shape[3], context.shape[4]
        rows, columns = height // CUBE, width // CUBE
        pixels = context.reshape(b, 3 * FRAMES, height, width)
        features = pick(self.context(pixels), rows, columns, SIDE, places)
        own = torch.gather(region, 1, places)
        x = self.latent(latent) + self.look(features.flatten(2)) + self._told(levels, places, own, rows, columns, latent.dtype)
        slots = self.memory.tokens(memory)
        for block, bias in zip(self.blocks, self.bias(link(places, own, columns, rank))):
            x = block(x, slots, F.pad(bias, (REGIONS, 0)), state, unseen, session)
        x = self.norm(x)
        if self.preset.state:
            x = self.late(x, pool(state, unseen))
        parts = self.part(x).reshape(b, -1, PARTS, self.preset.context_width)
        left = self.out(self.fine(torch.cat((parts, features), 3)))
        # [batch, active, row, column of the patch, frame, channel, row, column in it] to a cube's own order.
        left = left.reshape(b, -1, SIDE, SIDE, FRAMES, 3, PATCH, PATCH).permute(0, 1, 4, 5, 2, 6, 3, 7).reshape(b, -1, FRAMES, 3, CUBE, CUBE)
        left = left + self.direct(latent / (ATOM * SIZE)).reshape(left.shape)
        loud = torch.exp((self.loud(x) + self.loudness(latent)).clamp(max=LOUDEST)).reshape(b, -1, 1, 1, 1, 1)
        return cubes_of(context, places) + left * loud, self.memory.update(memory, x, own)

    def _told(self, levels: Tensor, places: Tensor, own: Tensor, rows, columns, dtype) -> Tensor:
        row = torch.div(places, columns, rounding_mode="floor").to(dtype)
        column = places.to(dtype) - row * columns
        at = waves(torch.stack(((row + 0.5) / rows, (column + 0.5) / columns), 2), PLACE_BANDS, 3.14159265)
        return self.place(at) + F.embedding(levels, self.levels) + torch.matmul(one_hot(own, dtype), self.region(self.regions))
