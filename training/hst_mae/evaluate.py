"""Judges a model on records of games that it never saw.

    python3 -m training.hst_mae.evaluate --model RUN/last.pt --data DIR

Prints PSNR (per pair over RGB, capped at 60 dB; of the changed cubes, and of the whole picture) of the context alone, of 1 ... 6 codebooks, without the state, with all
cubes in one region, and of masked frames (H1): 90 and 95 % of the cubes hidden, with and without state, with the context and without any (first: what is seen is spread).
`--pictures DIR` draws what masked frames become."""

import argparse
import json
from pathlib import Path
from typing import Dict, List, Optional

import numpy as np
import torch
from torch import Tensor

from ..program import run
from ..png import write_png
from .data import Record, load_records, split_records
from .cubes import cubes_of, frames_of, take
from .masking import hide, paste, spread
from .model import HstMae
from .objective import unit
from .presets import REGIONS, SESSION, Preset

#: Pairs that the session vector is made of, before the rest (the archive takes the mean of a recording).
SESSION_PAIRS = 4
MASKED = (0.90, 0.95)


def psnr(squared: float) -> float:
    return 60.0 if squared <= 0 else float(min(60.0, -10 * np.log10(squared)))


class Variant:
    """One way of running the model over a record: its region memory, and what it scored."""

    def __init__(self, name: str, model: HstMae, levels: int = 6, state: bool = True, regions: bool = True, hidden: float = 0.0, grey: bool = False):
        self.name, self.levels, self.state, self.regions, self.hidden, self.grey = name, levels, state, regions, hidden, grey
        self.model = model
        self.memory = torch.zeros(1, REGIONS, model.preset.memory)
        self.scores: List[tuple] = []

    def run(self, pair: Dict[str, Tensor], session: Tensor, seed: int) -> Tensor:
        """Scores a pair; returns what it became, [1, cubes, 2, 3, 16, 16]."""
        model = self.model
        frames, context = unit(pair["truth"]), unit(pair["context"])
        if pair["fresh"]:
            self.memory = self.memory * 0
        state = pair["state"][:, : int(pair["count"])] if self.state else torch.zeros_like(pair["state"][:, :1])
        region = pair["region"] if self.regions else pair["region"] * 0
        mask = torch.zeros_like(region, dtype=torch.float32)
        places = pair["changed"][0].nonzero()[:, 0].unsqueeze(0)
        if self.hidden:
            # Cubes to rebuild are drawn alike for all variants.
            noise = torch.from_numpy(np.random.default_rng(seed).random(mask.shape)).float()
            mask = hide(noise, torch.full((1,), self.hidden))
            context = spread(frames, mask) if self.grey else context
            places = torch.arange(mask.shape[1]).unsqueeze(0)
        truth, whole = cubes_of(frames), cubes_of(paste(frames, context, mask) if self.hidden else context)
        judged = mask[0] > 0 if self.hidden else pair["changed"][0] > 0
        if places.shape[1]:
            latent, _, tokens = model.encode(frames, context, mask, state, region, self.memory, session)
            levels = torch.full(places.shape, self.levels)
            context = paste(frames, context, mask) if self.hidden else context
            coded = take(latent, places) if self.hidden else model.quantiser.decode(model.quantiser.encode(take(latent, places)), levels)
            cubes, self.memory = model.decode(coded, levels, places, context, tokens, region, pair["rank"], self.memory, session)
            whole = whole.clone()
            whole[0, places[0]] = cubes[0].clamp(0, 1)
            whole = torch.where(mask[:, :, None, None, None, None] > 0, whole, truth) if self.hidden else whole
        self._score(truth, whole, judged)
        return whole

    def _score(self, truth: Tensor, whole: Tensor, judged: Tensor) -> None:
        squared = ((whole - truth) ** 2).flatten(2).mean(2)[0]
        part = psnr(squared[judged].mean().item()) if judged.any() else None
        self.scores.append((psnr(squared.mean().item()), part))

    def summary(self) -> Dict[str, float]:
        parts = [part for _, part in self.scores if part is not None]
        return {"whole": float(np.mean([whole for whole, _ in self.scores])), "judged": float(np.mean(parts)) if parts else float("nan")}


class Context(Variant):
    """What is there without the model: of changed cubes what motion predicts, of hidden ones that, or what the cubes seen are spread to."""

    def run(self, pair, session, seed) -> Tensor:
        frames, context = unit(pair["truth"]), unit(pair["context"])
        judged = pair["changed"][0] > 0
        if self.hidden:
            noise = torch.from_numpy(np.random.default_rng(seed).random(pair["region"].shape)).float()
            mask = hide(noise, torch.full((1,), self.hidden))
            context = spread(frames, mask) if self.grey else context
            context, judged = paste(frames, context, mask), mask[0] > 0
        self._score(cubes_of(frames), cubes_of(context), judged)
        return cubes_of(context)


def variants(model: HstMae, brief: bool) -> List[Variant]:
    every = model.preset.codebooks
    made = [Context("context", model)]
    made += [Variant(f"{n} codebooks", model, n) for n in ((1, every) if brief else range(1, every + 1))]
    made += [Variant("no state", model, every, state=False)]
    for share in (0.9,) if brief else MASKED:
        told = f"masked {share:.0%}"
        made += [Context(f"{told}: context", model, hidden=share), Variant(told, model, every, hidden=share)]
        made += [Context(f"{told}, first: spread", model, hidden=share, grey=True)]
        made += [Variant(f"{told}, first", model, every, hidden=share, grey=True)]
        made += [Variant(f"{told}, first, no state", model, every, state=False, hidden=share, grey=True)]
    if not brief:
        made += [Variant("one region", model, every, regions=False)]
        made += [Variant(f"masked {share:.0%}, no state", model, every, state=False, hidden=share) for share in MASKED]
    return made


def one(record: Record, t: int, device) -> Dict[str, Tensor]:
    """Pair t as a batch of one."""
    pair = record.pair(t)
    tensor = lambda key: torch.from_numpy(np.array(pair[key])).unsqueeze(0).to(device)
    made = {key: tensor(key) for key in ("truth", "context", "state")}
    made.update({key: tensor(key).flatten(1).long() for key in ("region", "changed", "rank")})
    return {**made, "count": pair["count"], "fresh": pair["fresh"]}


def session_of(model: HstMae, record: Record, device) -> Tensor:
    """The session vector about as an archive keeps it: a mean of what pairs would like, in steps of 1/7."""
    session = torch.zeros(1, SESSION, device=device)
    wishes = []
    for t in np.linspace(0, record.pairs - 1, min(SESSION_PAIRS, record.pairs)).astype(int):
        pair = one(record, int(t), device)
        memory = torch.zeros(1, REGIONS, model.preset.memory, device=device)
        state = pair["state"][:, : pair["count"]]
        mask = torch.zeros(pair["region"].shape, device=device)
        wishes.append(model.encode(unit(pair["truth"]), unit(pair["context"]), mask, state, pair["region"], memory, session)[1])
    return torch.round(torch.stack(wishes).mean(0) * 7) / 7


@torch.no_grad()
def evaluate(model: HstMae, records, pairs: int = 0, brief: bool = False, pictures: Optional[Path] = None) -> list:
    """A row for each record: name, game, and for each variant the PSNR of whole pictures ("whole") and of the cubes it is about ("judged": those changed, or those hidden).
    `pictures`: folder for a picture of the last pair of each record: below the truth, what masked frames are given and what becomes of them, variant by variant."""
    device = next(model.parameters()).device
    rows = []
    for record in records:
        ways = variants(model, brief)
        for way in ways:
            way.memory = way.memory.to(device)
        session = session_of(model, record, device)
        for t in range(min(record.pairs, pairs or record.pairs)):
            pair = one(record, t, device)
            shown = [way.run(pair, session, t) for way in ways]
        if pictures is not None:
            strip = [cubes_of(unit(pair["truth"])), *(cubes for way, cubes in zip(ways, shown) if way.hidden)]
            pictures.mkdir(parents=True, exist_ok=True)
            write_png(pictures / f"{record.name}.png", torch.cat([frames_of(cubes, record.rows, record.columns)[0, 1] for cubes in strip], 1).permute(1, 2, 0))
        rows.append({"name": record.name, "game": record.game, **{way.name: way.summary() for way in ways}})
    return rows


def summarise(rows: list) -> str:
    """A table: variants down, games across (mean of their records)."""
    games = sorted({row["game"] for row in rows})
    names = [key for key in rows[0] if key not in ("name", "game")]
    mean = lambda name, game, key: float(np.nanmean([row[name][key] for row in rows if game in (None, row["game"])]))
    head = f"{'judged cubes (whole pictures), dB':34s}" + "".join(f"{game[:15]:>16s}" for game in [*games, "mean"])
    cell = lambda name, game: f"{mean(name, game, 'judged'):.2f} ({mean(name, game, 'whole'):.2f})"
    return "\n".join([head, *(f"{name:34s}" + "".join(f"{cell(name, game):>16s}" for game in [*games, None]) for name in names)])


def metrics(rows: list) -> dict:
    """What a model card says of rows: the games, and for each variant the mean PSNR over them of the cubes it is about and of whole pictures, dB."""
    games = sorted({row["game"] for row in rows})
    mean = lambda name, key: round(float(np.mean([np.nanmean([row[name][key] for row in rows if row["game"] == game]) for game in games])), 2)
    return {"games": games, "psnr": {name: {key: mean(name, key) for key in ("judged", "whole")} for name in rows[0] if name not in ("name", "game")}}


def load_model(path: str) -> HstMae:
    state = torch.load(path, map_location="cpu")
    model = HstMae(Preset.from_dict(state["preset"]))
    model.load_state_dict(state["model"])
    return model.eval()


def main(argv=None) -> list:
    parser = argparse.ArgumentParser(prog="python3 -m training.hst_mae.evaluate", description=__doc__.split("\n")[0])
    parser.add_argument("--model", required=True)
    parser.add_argument("--data", nargs="+", required=True)
    parser.add_argument("--held-out", nargs="*", default=None)
    parser.add_argument("--pairs", type=int, default=0, help="of each record (default: all)")
    parser.add_argument("--json", help="file for the rows")
    parser.add_argument("--pictures", type=Path, help="folder for a picture of each record's masked frames")
    parser.add_argument("--threads", type=int, default=0)
    args = parser.parse_args(argv)
    if args.threads:
        torch.set_num_threads(args.threads)
    split = json.loads((Path(__file__).parent / "split.json").read_text())["validation"]
    _, judged = split_records(load_records(args.data), args.held_out if args.held_out is not None else split)
    if not judged:
        raise SystemExit("None of the records is of a game held out: name some with --held-out.")
    rows = evaluate(load_model(args.model), judged, args.pairs, pictures=args.pictures)
    print(summarise(rows))
    if args.json:
        Path(args.json).write_text(json.dumps(rows, indent=1) + "\n")
    return rows


if __name__ == "__main__":
    run(main)
