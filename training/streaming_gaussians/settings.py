"""Every number of a run, by name, and the presets."""

from dataclasses import asdict, dataclass, field
from typing import Tuple


@dataclass(frozen=True)
class Grid:
    """The hash grid and the MLP behind it (Instant-NGP; docs/protocol/streamed-splats.md)."""

    levels: int = 8
    #: Numbers that a corner holds.
    features: int = 4
    #: Corners that a level's table holds at most, as a power of two.
    log2_table: int = 13
    #: Cells along a side of the bounds at the first level, and by how much that grows from level to level.
    base: int = 4
    growth: float = 1.5
    #: The MLP's hidden layers and their width.
    hidden: int = 2
    width: int = 32


@dataclass(frozen=True)
class Settings:
    """One run. Lengths are in the scene's own unit, gradients in the loss per half picture width, as 3DGS has them."""

    name: str
    seed: int = 1
    # The scene, its cameras and its pictures.
    frames: int = 16
    fps: float = 10.0
    side: int = 96
    train_cameras: int = 12
    held_out_cameras: int = 3
    #: What the true scene is sampled at: 1 is some 950 Gaussians.
    density: float = 1.0
    #: Seconds that the scene's motion takes to come round, which is how fast things go.
    period: float = 4.0
    # Frame 0.
    base_splats: int = 900
    base_steps: int = 500
    #: Noise of the points that it starts from, as a camera rig's sparse points have it.
    base_noise: float = 0.03
    degree: int = 1
    # Every other frame, stage 1: hash grid and MLP.
    grid: Grid = field(default_factory=Grid)
    stage1_steps: int = 100
    stage1_rate: float = 1e-2
    #: A frame begins with the cache and the added Gaussians of the one before: motion goes on as a rule. Else with none.
    carry_on: bool = True
    # Stage 2: Gaussians of that frame alone.
    stage2_steps: int = 60
    #: Error of a pixel, mean of its channels, from which on something may be missing there; gradient above which a Gaussian gets company; how many there may be.
    spawn_error: float = 0.1
    spawn_gradient: float = 4e-3
    spawn_most: int = 48
    #: Opacity they begin with, and below which they are let go of.
    spawn_opacity: float = 0.1
    prune_opacity: float = 0.01
    #: Their learning rates: centre, harmonics (the bands above 0 take a tenth), opacity, size, rotation.
    stage2_rates: Tuple[float, float, float, float, float] = (0.02, 0.05, 0.1, 0.05, 0.02)
    # Common.
    #: Share of D-SSIM in the loss.
    dissimilarity: float = 0.2
    views_per_step: int = 1

    def to_dict(self) -> dict:
        return asdict(self)

    @staticmethod
    def from_dict(values: dict) -> "Settings":
        """Of what `to_dict` gave, which JSON made lists of."""
        return Settings(**{**values, "grid": Grid(**values["grid"]), "stage2_rates": tuple(values["stage2_rates"])})


PRESETS = {
    preset.name: preset
    for preset in (
        # Tests: everything in it, seconds on one core, and files that a repository can hold.
        Settings(
            "tiny",
            frames=4,
            side=32,
            train_cameras=4,
            held_out_cameras=1,
            density=0.25,
            # The flame is lit in the last frame.
            period=2.4,
            base_splats=200,
            base_steps=200,
            grid=Grid(levels=4, features=2, log2_table=9, base=4, growth=1.5, hidden=2, width=16),
            stage1_steps=50,
            spawn_most=24,
        ),
        # A few minutes on one core.
        Settings("shown", grid=Grid(levels=6, features=2, log2_table=12)),
        # A GPU: the paper's cache, pictures of 256x256.
        Settings(
            "large",
            frames=60,
            fps=30.0,
            side=256,
            train_cameras=20,
            held_out_cameras=4,
            density=6.0,
            base_splats=8000,
            base_steps=4000,
            grid=Grid(levels=16, features=4, log2_table=15, base=16, growth=2.0, hidden=2, width=64),
            stage1_steps=150,
            stage1_rate=2e-3,
            stage2_steps=100,
            spawn_most=400,
            spawn_gradient=4e-4,
        ),
    )
}
