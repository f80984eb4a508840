"""What a stream is worth: PSNR against the scene's true pictures, of cameras that it was fitted to and of cameras that it never saw, whole pictures and only where things move."""

from typing import Dict, Iterable, List, Optional

import torch

from .fit import Views
from .loss import psnr
from .settings import Settings
from .splatting import Camera, Splats, draw
from .world import World, cameras_of

#: Share of a pixel that something moving covers, from which on the pixel counts as moving.
COVERED = 0.1
#: A row's columns: cameras held out and trained with, whole pictures and the moving region.
KINDS = ("heldOut", "heldOutMoving", "train", "trainMoving")

Figures = Dict[str, Optional[float]]


class Judge:
    """The scene of some settings as all of its cameras see it."""

    def __init__(self, settings: Settings, device: str = "cpu"):
        self.settings, self.device, self.world = settings, device, World(settings)
        self.train, self.held_out = cameras_of(settings)
        self.first = self.covered(0)

    def seconds(self, frame: int) -> float:
        return frame / self.settings.fps

    def views(self, frame: int) -> Views:
        """Of the cameras to train with."""
        return Views(self.train, self.draw(self.world.at(self.seconds(frame)), self.train))

    def draw(self, splats: Splats, cameras: List[Camera]) -> torch.Tensor:
        """One camera after the other: what says which Gaussians reach which tile is large."""
        splats = Splats(*(part.to(self.device) for part in splats))
        with torch.no_grad():
            return torch.cat([draw(splats, [camera]).pictures for camera in cameras])

    def covered(self, frame: int) -> torch.Tensor:
        """Pixels of all cameras, those to train with first, in which something that moves is to be seen."""
        return self.draw(self.world.cover(self.seconds(frame)), self.train + self.held_out)[..., 0] > COVERED

    def figures(self, frame: int, clouds: Iterable[Splats]) -> List[Figures]:
        """Of each cloud. The moving region is where something that moves is to be seen in this frame, or was in frame 0."""
        cameras, count = self.train + self.held_out, len(self.train)
        truth, moving = self.draw(self.world.at(self.seconds(frame)), cameras), self.covered(frame) | self.first
        found = []
        for splats in clouds:
            pictures = self.draw(splats, cameras)
            held, trained = slice(count, None), slice(0, count)
            values = [psnr(pictures[of], truth[of], where) for of in (held, trained) for where in (None, moving[of])]
            found.append(dict(zip(KINDS, values)))
        return found


def mean(rows: Iterable[Figures], kind: str) -> Optional[float]:
    values = [row[kind] for row in rows if row[kind] is not None]
    return sum(values) / len(values) if values else None
