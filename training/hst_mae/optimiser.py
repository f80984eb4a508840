"""How weights are moved (H10): groups, rates, and their moving average."""

import math

from .config import Optimiser
from .objective import Objective


class Average:
    """Exponential moving average of the weights; codebooks are averages already and are taken as they are."""

    def __init__(self, model, decay: float):
        self.decay = decay
        self.weights = {name: value.detach().clone() for name, value in model.state_dict().items()}
        self.learnt = {name for name, _ in model.named_parameters()}

    def update(self, model, step: int) -> None:
        decay = min(self.decay, (1 + step) / (10 + step))
        for name, value in model.state_dict().items():
            if name in self.learnt:
                self.weights[name].mul_(decay).add_(value.detach(), alpha=1 - decay)
            else:
                self.weights[name].copy_(value)


def rate_at(peak: float, done: float, step: int, optimiser: Optimiser) -> float:
    """Warm-up, then a cosine (H10)."""
    warm = min(1.0, max(done / optimiser.warm_up if optimiser.warm_up else 1.0, 0.0), (step + 1) / optimiser.least_warm_up)
    return peak * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, done))))


def groups(objective: Objective, optimiser: Optimiser) -> list:
    """Matrices decay; biases, norms, embeddings, the attention's learnt numbers and the quantiser do not. "scale": of the learning rate."""
    slow = {id(p) for p in objective.model.quantiser.parameters()}
    rest = [p for p in objective.parameters() if id(p) not in slow]
    matrix = lambda p: p.dim() > 1 and p.shape[0] > 8
    return [
        {"params": [p for p in rest if matrix(p)], "weight_decay": optimiser.decay, "scale": 1.0},
        {"params": [p for p in rest if not matrix(p)], "weight_decay": 0.0, "scale": 1.0},
        {"params": list(objective.model.quantiser.parameters()), "weight_decay": 0.0, "scale": optimiser.quantiser},
    ]
