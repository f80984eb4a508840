"""The hierarchical encoder (H3, H5, H6): four stages with shifted windows, a latent for each cube."""

from typing import Optional, Tuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .attention import Block, CrossAttention, Mlp, WindowBlock
from .cubes import atoms, cubes_of
from .presets import CUBE, FRAMES, REGIONS, SESSION, Preset
from .regions import RegionBias, RegionMemory, link, one_hot
from .state import Film, pool, waves

#: Octaves of the places of tokens, as shares of the picture.
PLACE_BANDS = 5
#: What is left of the truth beside the context differs a hundredfold from cube to cube: it is shown as its shape, of mean square 1, and its loudness. Less than this counts as silence.
SILENCE = 2 / 255
#: How loud a hidden cube is taken to be, as a logarithm beside silence, where none is seen: what is known of it is to be added, not whispered.
UNKNOWN = 3.0
#: Side of the square of cubes that a hidden one's loudness is taken from, and what all cubes seen count beside those in it, and UNKNOWN beside all.
NEAR, FAR, NOWHERE = 9, 0.01, 0.001
#: Brings a cube's coefficients to about -1 ... 1.
ATOM = 0.2
#: Weights of the linear transforms are kept this much larger, so that a step of the optimiser is small beside them.
SIZE = 12.0
#: What loudness off by a factor of e is beside coefficients: they are quantised together.
LOUD = 4.0
#: Numbers of a latent that are no coefficients at first.
ROOM = 4
#: Pixels of a patch of the first stage.
PATCH = 4


def places_of(rows, columns, like: Tensor) -> Tensor:
    """Waves of the centres of a grid's cells, [rows, columns, 4 * PLACE_BANDS]."""
    y = (torch.arange(rows, device=like.device, dtype=like.dtype) + 0.5) / rows
    x = (torch.arange(columns, device=like.device, dtype=like.dtype) + 0.5) / columns
    at = torch.stack((y[:, None].expand(rows, columns), x[None, :].expand(rows, columns)), 2)
    return waves(at, PLACE_BANDS, 3.14159265)


class Stage(nn.Module):
    """Window blocks, then cross-attention to the state. [batch, rows, columns, width]."""

    def __init__(self, preset: Preset, at: int):
        super().__init__()
        width, window = preset.widths[at], preset.windows[at]
        heads = max(1, width // preset.head)
        # Grids are multiples of 32 pixels: of 8, 4, 2 and 1 tokens.
        fits = at < 3 and (8 >> at) % window == 0
        before = sum(preset.depths[:at])
        self.blocks = nn.ModuleList([WindowBlock(width, heads, preset.ratio, window, (before + k) % 2 == 1, fits) for k in range(preset.depths[at])])
        self.state = CrossAttention(width, heads, preset.state_width) if preset.state else None

    def forward(self, x: Tensor, state: Tensor, unseen: Optional[Tensor]) -> Tensor:
        for block in self.blocks:
            x = block(x)
        if self.state is None:
            return x
        b, rows, columns, width = x.shape
        return self.state(x.reshape(b, -1, width), state, unseen).reshape(b, rows, columns, width)


class Merge(nn.Module):
    """2 x 2 tokens into one (Swin's patch merging)."""

    def __init__(self, width: int, out: int):
        super().__init__()
        self.norm = nn.LayerNorm(4 * width)
        self.linear = nn.Linear(4 * width, out, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        b, rows, columns, width = x.shape
        x = x.reshape(b, rows // 2, 2, columns // 2, 2, width).permute(0, 1, 3, 2, 4, 5).reshape(b, rows // 2, columns // 2, 4 * width)
        return self.linear(self.norm(x))


class RegionStage(nn.Module):
    """Region-aware attention over all cubes (H6); state tokens take part (early fusion, H5), the region memory is looked at."""

    def __init__(self, preset: Preset):
        super().__init__()
        width = preset.widths[2]
        heads = max(1, width // preset.head)
        self.enter = nn.Linear(preset.state_width, width)
        self.memory = RegionMemory(width, preset.memory)
        self.bias = RegionBias(heads, preset.region_blocks)
        self.blocks = nn.ModuleList([Block(width, heads, preset.ratio) for _ in range(preset.region_blocks)])

    def forward(self, x: Tensor, places: Tensor, region: Tensor, columns, memory: Tensor, state: Tensor, unseen: Optional[Tensor]) -> Tensor:
        """x [batch, cubes, width]."""
        count = x.shape[1]
        x = torch.cat((self.memory.tokens(memory), self.enter(state), x), 1)
        before = x.shape[1] - count
        for block, bias in zip(self.blocks, self.bias(link(places, region, columns))):
            bias = F.pad(bias, (before, 0, before, 0))
            if unseen is not None:
                bias = bias + F.pad(unseen, (REGIONS, count))
            x = block(x, bias)
        return x[:, before:]


class Encoder(nn.Module):
    """frames and context [batch, 2, 3, height, width] (0 ... 1), hidden and region [batch, cubes], state [batch, S, state width], memory [batch, 8, D], session [batch, 32]
    to the latent [batch, cubes, latent] and what the pair would like as session vector, [batch, 32] within -1 ... 1."""

    def __init__(self, preset: Preset):
        super().__init__()
        self.preset = preset
        widths = preset.widths
        first = 0 if preset.hierarchical else 2
        self.patch = PATCH << first
        self.enter = nn.Conv2d(6 * FRAMES, widths[first], self.patch, self.patch)
        self.loud = nn.Linear(1, widths[first])
        self.hidden = nn.Parameter(torch.randn(widths[first]) * 0.02)
        self.place = nn.Linear(4 * PLACE_BANDS, widths[first])
        self.regions = nn.Parameter(torch.randn(REGIONS, preset.region_width) * 0.02)
        self.region = nn.Linear(preset.region_width, widths[first], bias=False)
        self.stages = nn.ModuleList([Stage(preset, at) for at in (range(4) if preset.hierarchical else (2,))])
        self.merges = nn.ModuleList([Merge(widths[at], widths[at + 1]) for at in (range(3) if preset.hierarchical else ())])
        width = widths[2]
        self.over = RegionStage(preset)
        self.session = Film(SESSION, width)
        self.lift = nn.Linear(widths[3], width) if preset.hierarchical else None
        self.norm = nn.LayerNorm(width)
        self.late = Film(preset.state_width, width)
        self.last = Mlp(width, preset.ratio)
        self.latent = nn.Linear(width, preset.latent)
        # A linear transform beside the network; it begins as a codec's, so that there is something to better.
        self.direct = nn.Linear(3 * FRAMES * CUBE * CUBE, preset.latent, bias=False)
        self.direct.weight = nn.Parameter(atom_rows(preset.latent) * SIZE)
        self.loudness = nn.Linear(1, preset.latent, bias=False)
        self.loudness.weight = nn.Parameter(loudness_row(preset.latent).unsqueeze(1) * LOUD)
        nn.init.normal_(self.latent.weight, 0, 0.01)
        self.pooled = nn.Linear(width, SESSION)

    def forward(self, frames: Tensor, context: Tensor, hidden: Tensor, state: Tensor, unseen: Optional[Tensor], region: Tensor, memory: Tensor, session: Tensor) -> Tuple[Tensor, Tensor]:
        b, height, width = frames.shape[0], frames.shape[3], frames.shape[4]
        rows, columns = height // CUBE, width // CUBE
        shape, loudness = shape_of(frames - context, 1 - hidden)
        x = self._patches(shape, loudness, context, hidden, region)
        for at, stage in enumerate(self.stages[: 3 if self.preset.hierarchical else 1]):
            if at:
                x = self.merges[at - 1](x)
            x = stage(x, state, unseen)
        cubes = x.reshape(b, -1, x.shape[3])
        places = torch.arange(rows * columns, device=x.device).unsqueeze(0)
        cubes = self.over(self.session(cubes, session), places.expand(b, rows * columns), region, columns, memory, state, unseen)
        if self.lift is not None:
            coarse = self.lift(self.stages[3](self.merges[2](cubes.reshape(b, rows, columns, cubes.shape[2])), state, unseen))
            coarse = coarse.unsqueeze(3).unsqueeze(2).expand(b, rows // 2, 2, columns // 2, 2, coarse.shape[3])
            cubes = cubes + coarse.reshape(b, rows * columns, coarse.shape[5])
        cubes = self.norm(cubes)
        if self.preset.state:
            cubes = self.late(cubes, pool(state, unseen))
        cubes = cubes + self.last(cubes)
        return self.latent(cubes) + self.direct(cubes_of(shape).flatten(2) * (ATOM / SIZE)) + self.loudness(loudness), torch.tanh(self.pooled(cubes.mean(1)))

    def _patches(self, shape: Tensor, loudness: Tensor, context: Tensor, hidden: Tensor, region: Tensor) -> Tensor:
        b, height, width = shape.shape[0], shape.shape[3], shape.shape[4]
        rows, columns = height // CUBE, width // CUBE
        fine = CUBE // self.patch
        picture = lambda frames: frames.reshape(b, 3 * FRAMES, height, width)
        x = self.enter(torch.cat((picture(shape), (picture(context) - 0.5) * 2), 1)).permute(0, 2, 3, 1)
        told = torch.matmul(one_hot(region, x.dtype), self.region(self.regions)) + self.loud(loudness) + hidden.unsqueeze(2) * self.hidden
        told = spread(told.reshape(b, rows, columns, told.shape[2]), fine)
        return x + told + self.place(places_of(height // self.patch, width // self.patch, x)).unsqueeze(0)


def atom_rows(latent: int) -> Tensor:
    """What each number of a latent begins as: the lowest waves of a cube, and in the last ROOM nothing yet."""
    return torch.cat((atoms(latent - ROOM), torch.zeros(ROOM, 3 * FRAMES * CUBE * CUBE)))


def loudness_row(latent: int) -> Tensor:
    """... but for the very last, which is how loud the cube is."""
    row = torch.zeros(latent)
    row[-1] = 1
    return row


def shape_of(left: Tensor, seen: Tensor) -> Tuple[Tensor, Tensor]:
    """What is left, [batch, 2, 3, height, width], brought to a mean square of 1 in each cube that is seen [batch, cubes] and to 0 in others; and how loud it was, [batch, cubes, 1],
    in others how loud the cubes seen around it are."""
    b, rows, columns = left.shape[0], left.shape[3] // CUBE, left.shape[4] // CUBE
    loud = torch.sqrt((cubes_of(left) ** 2).flatten(2).mean(2) + SILENCE * SILENCE)
    scale = spread((seen / loud).reshape(b, rows, columns, 1), CUBE).permute(0, 3, 1, 2).unsqueeze(1)
    loudness = torch.log(loud / SILENCE) * seen
    return left * scale, (loudness + around(loudness, seen, rows, columns) * (1 - seen)).unsqueeze(2)


def around(loudness: Tensor, seen: Tensor, rows, columns) -> Tensor:
    """Mean loudness of the cubes seen nearby. loudness (0 where none is seen) and seen [batch, cubes]."""
    b = loudness.shape[0]
    near = lambda x: F.avg_pool2d(x.reshape(b, 1, rows, columns), NEAR, 1, NEAR // 2, count_include_pad=False).reshape(b, -1)
    everywhere = (loudness.mean(1, keepdim=True) + NOWHERE * UNKNOWN) / (seen.mean(1, keepdim=True) + NOWHERE)
    return (near(loudness) + FAR * everywhere) / (near(seen) + FAR)


def spread(x: Tensor, times: int) -> Tensor:
    """Each cell of [batch, rows, columns, width] becomes times x times."""
    b, rows, columns, width = x.shape
    return x[:, :, None, :, None].expand(b, rows, times, columns, times, width).reshape(b, rows * times, columns * times, width)
