"""One window of consecutive pairs through the model, memory and session carried along (H16), to a loss."""

from dataclasses import dataclass
from typing import Dict, List, Tuple

import torch
from torch import Tensor, nn

from .config import Curriculum, Losses, Masks
from .cubes import cubes_of, frames_of, take
from .loss import contrast, reconstruction, spatial, temporal
from .masking import choose_places, draw_masks, paste, spread
from .model import HstMae
from .presets import CUBE, REGIONS, SESSION, Preset
from .rvq import draw_levels
from .state import unseen_of

#: Width in which states, latents and views are compared.
COMPARED = 32


@dataclass
class Progress:
    """Where the run stands: share done, and a count that moves the running cells."""

    done: float = 0.0
    step: int = 0


class Objective(nn.Module):
    def __init__(self, preset: Preset, losses: Losses = Losses(), masks: Masks = Masks(), curriculum: Curriculum = Curriculum()):
        super().__init__()
        self.model = HstMae(preset)
        self.losses, self.masks, self.curriculum = losses, masks, curriculum
        self.progress = Progress()
        self.of_latent = nn.Linear(preset.latent, COMPARED)
        self.of_state = nn.Linear(preset.state_width, COMPARED)
        self.of_view = nn.Linear(preset.latent, COMPARED)

    @torch.no_grad()
    def begin(self, windows: List[List[Dict[str, Tensor]]]) -> None:
        """Starts the codebooks with the latents of all cubes of these windows that an archive would code."""
        preset, vectors = self.model.preset, []
        for window in windows:
            for pair in window:
                b, device = len(pair["truth"]), pair["truth"].device
                memory, session = torch.zeros(b, REGIONS, preset.memory, device=device), torch.zeros(b, SESSION, device=device)
                hidden, unseen = torch.zeros(pair["region"].shape, device=device), unseen_of(pair["count"], pair["state"].shape[1])
                latent = self.model.encode(unit(pair["truth"]), unit(pair["context"]), hidden, pair["state"], pair["region"], memory, session, unseen)[0]
                vectors.append(latent[pair["changed"] > 0])
        vectors = torch.cat(vectors)
        if len(vectors):
            self.model.quantiser.start(vectors)

    def forward(self, window: List[Dict[str, Tensor]]) -> Tuple[Tensor, Dict[str, Tensor]]:
        """window: pairs as data.Sampler draws them. Returns the loss and its parts, with how much better cubes are than their context ("gain", dB)."""
        first = window[0]
        b, device = len(first["truth"]), first["truth"].device
        masks, flip = self.masks, lambda share: torch.rand(b, device=device) < share
        masked = flip(masks.share)
        grey = masked & flip(masks.grey)
        blind = flip(masks.no_state)
        phase, over = self.curriculum.phase(self.progress.done)
        tubes = draw_masks(unit(first["truth"]), first["changed"], first["region"], first["rank"], masks, phase, over, self.curriculum.easy) * masked.float()[:, None]
        memory = torch.zeros(b, REGIONS, self.model.preset.memory, device=device)
        session, wishes, before, views = torch.zeros(b, SESSION, device=device), [], None, []
        sums: Dict[str, Tensor] = {}
        for pair in window:
            fresh = pair["fresh"].float()
            memory = memory * (1 - fresh)[:, None, None]
            out = self._pair(pair, tubes, masked, grey, blind, memory, session * (~flip(masks.no_session)).float()[:, None])
            memory, off = out["memory"], out["off"]
            wishes.append(out["pooled"])
            session = torch.stack(wishes).mean(0)
            parts = out["parts"]
            parts["spatial"] = spatial(off, self.losses)
            parts["temporal"] = temporal(off, before, (1 - fresh), self.losses)
            views.append(self.of_view(out["mean"]))
            before = off.detach()
            for name, value in parts.items():
                sums[name] = sums.get(name, 0) + value / len(window)
        if len(views) > 1:
            sums["views"] = contrast(views[0], views[-1], torch.ones(b, device=device), self.losses.temperature)
        loss = sum(getattr(self.losses, name) * value for name, value in sums.items() if name != "gain")
        return loss, {name: value.detach() for name, value in sums.items()}

    def _pair(self, pair, tubes, masked, grey, blind, memory, session) -> dict:
        model, losses = self.model, self.losses
        frames, context = unit(pair["truth"]), unit(pair["context"])
        context = torch.where(grey.view(-1, 1, 1, 1, 1), spread(frames, tubes), context)
        rows, columns = frames.shape[3] // CUBE, frames.shape[4] // CUBE
        state = pair["state"] * (~blind).float()[:, None, None]
        counts = torch.where(blind, torch.ones_like(pair["count"]), pair["count"])
        unseen = unseen_of(counts, state.shape[1])
        latent, pooled, tokens = model.encode(frames, context, tubes, state, pair["region"], memory, session, unseen)
        changed = pair["changed"] > 0
        # Only what an archive would code teaches the codebooks; all of it at the start, which needs many.
        learn = (changed | (torch.rand(changed.shape, device=changed.device) < losses.calm)) & ~masked[:, None]
        vectors, _, commitment, near = model.quantiser(latent, learn)
        levels = draw_levels(changed.shape, model.preset.codebooks).to(latent.device)
        levels = torch.where(masked[:, None], torch.full_like(levels, model.preset.codebooks), levels)
        used = (levels.unsqueeze(0) > torch.arange(len(vectors), device=levels.device)[:, None, None]).to(vectors.dtype)
        coded = torch.where(masked[:, None, None], latent, (vectors * used.unsqueeze(3)).sum(0))
        wanted = torch.where(masked[:, None], tubes > 0, changed)
        places = choose_places(wanted, rows, columns, self.masks.decoder, self.progress.step)
        context = torch.where(masked.view(-1, 1, 1, 1, 1), paste(frames, context, tubes), context)
        cubes, memory = model.decode(take(coded, places), torch.gather(levels, 1, places), places, context, tokens, pair["region"], pair["rank"], memory, session, unseen)
        truth, given = cubes_of(frames, places), cubes_of(context)
        base = (((cubes_of(context, places) - truth) * 255) ** 2).flatten(2).mean(2)
        worth = torch.where(masked[:, None], torch.ones_like(base), losses.calm + base / (base + losses.worth))
        weight = torch.where(torch.gather(wanted, 1, places), worth, torch.where(masked[:, None], torch.zeros_like(base), torch.full_like(base, losses.calm)))
        parts = {"reconstruction": reconstruction(cubes, truth, weight, masked, losses), "commitment": torch.as_tensor(commitment, device=latent.device) + 0.0, "latent": near}
        mean = latent.mean(1)
        if model.preset.state:
            there = ~blind & (pair["count"] > 1)
            seen = (unseen[:, 0, 0, :, None] > -1).to(tokens.dtype)
            parts["alignment"] = contrast(self.of_latent(mean), self.of_state((tokens * seen).sum(1) / seen.sum(1)), there, losses.temperature)
        whole = given.scatter(1, places[:, :, None, None, None, None].expand_as(cubes), cubes.to(given.dtype))
        with torch.no_grad():
            after = (((cubes - truth) * 255) ** 2).flatten(2).mean(2)
            # Mean gain of changed cubes in dB, as PSNR has it.
            of = torch.gather(wanted, 1, places) & ~masked[:, None] & (base > losses.worth)
            parts["gain"] = 10 * torch.log10((base[of] + 1) / (after[of] + 1)).mean() if of.any() else base.sum() * 0
        return {"memory": memory, "off": frames_of(whole, rows, columns) - frames, "pooled": pooled, "mean": mean, "parts": parts}


def unit(pixels: Tensor) -> Tensor:
    return pixels.float() / 255
