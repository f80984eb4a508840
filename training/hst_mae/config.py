"""Values of training by name: losses (H9), masks (H4, H7), curriculum (H8), optimiser (H10). `--loss '{"spatial": 0}'` and the like change them."""

from dataclasses import dataclass, replace
from typing import Tuple


@dataclass(frozen=True)
class Losses:
    #: Of the squared error of each cube, "log" or "mse": bits of what is left go with the logarithm, so calm cubes do not drown.
    reconstruction: float = 1.0
    kind: str = "log"
    #: Differences of neighbouring pixels, inside cubes and across their borders.
    spatial: float = 0.3
    #: Differences of the pair's frames, and to the frame before.
    temporal: float = 0.2
    #: The state told from the latents, and not another's of the batch (InfoNCE).
    alignment: float = 0.1
    #: Pairs of one clip, the camera moved, nearer than those of others (InfoNCE).
    views: float = 0.05
    #: RVQ: latents near their codes; codes summing to the latents.
    commitment: float = 1.0
    latent: float = 0.5
    #: What a cube counts that the codec would skip, beside others.
    calm: float = 0.1
    #: Squared error of the context, 8-bit steps squared, from which a changed cube counts half: less is hardly worth bits.
    worth: float = 20.0
    #: Squared error, 8-bit steps squared, that need not be bettered: that of a fine quantiser (step 7).
    floor: float = 4.0
    #: Of InfoNCE.
    temperature: float = 0.1


@dataclass(frozen=True)
class Masks:
    #: Share of windows that are trained in masked mode (H1): the archive's own work comes first.
    share: float = 0.2
    #: Hidden share of cubes, drawn between (H4).
    encoder: Tuple[float, float] = (0.90, 0.95)
    #: Hidden share of simple, complex and critical cubes (H7), in half of the windows.
    regions: Tuple[float, float, float] = (0.95, 0.85, 0.75)
    #: Luma deviation, 0 ... 1, from which a cube is complex.
    texture: float = 0.06
    #: Share of cubes that the decoder is trained on, in running cells (H4).
    decoder: float = 0.5
    #: Share of masked windows whose context is hidden, too: it is spread from the cubes seen.
    grey: float = 0.5
    #: Share of windows without a state, and of pairs without a session.
    no_state: float = 0.3
    no_session: float = 0.3


@dataclass(frozen=True)
class Curriculum:
    #: Epochs of the paper's phases; shares of the run here (H8).
    phases: Tuple[int, int, int] = (400, 800, 1200)
    #: Hidden share in the easy phase, from and to; uninformative cubes go first there, important ones in the last.
    easy: Tuple[float, float] = (0.85, 0.90)

    def phase(self, done: float) -> Tuple[str, float]:
        """Name of the phase and how much of it is over, of how much of the run is."""
        total, start = sum(self.phases), 0.0
        for name, epochs in zip(("easy", "neutral", "adversarial"), self.phases):
            length = epochs / total
            if done < start + length or name == "adversarial":
                return name, min(1.0, max(0.0, (done - start) / length))
            start += length
        raise AssertionError


@dataclass(frozen=True)
class Optimiser:
    betas: Tuple[float, float] = (0.9, 0.95)
    decay: float = 0.05
    clip: float = 1.0
    #: The paper's warm-up of 40 epochs of 2400, as a share; at least so many steps.
    warm_up: float = 40 / 2400
    least_warm_up: int = 100
    #: Batch that a preset's learning rate is for: others scale it.
    batch: int = 8
    #: The quantiser's projections learn this much slower: its codes, which are averages, have to follow.
    quantiser: float = 0.2
    #: Of the averaged weights.
    average: float = 0.998


def changed(values, parts: dict):
    """A configuration with parts changed; lists become tuples. Raises TypeError for names it does not have."""
    return replace(values, **{key: tuple(value) if isinstance(value, list) else value for key, value in parts.items()})
