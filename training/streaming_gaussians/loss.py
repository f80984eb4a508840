"""How unlike two pictures are. Pictures are [views, height, width, 3], 0 ... 1."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F


def _window(like: Tensor, size: int = 11, sigma: float = 1.5) -> Tensor:
    at = torch.arange(size, device=like.device, dtype=like.dtype) - size // 2
    line = torch.exp(-(at * at) / (2 * sigma * sigma))
    return line / line.sum()


def ssim(a: Tensor, b: Tensor) -> Tensor:
    """Mean SSIM of the three channels, 11x11 Gaussian, edges filled with zeros, as 3DGS trains with."""
    line = _window(a)
    count = a.shape[0] * 3
    planes = lambda pictures: pictures.permute(0, 3, 1, 2).reshape(count, 1, *pictures.shape[1:3])
    a, b = planes(a), planes(b)
    whole = torch.cat((a, b, a * a, b * b, a * b))
    half = len(line) // 2
    whole = F.conv2d(F.conv2d(whole, line.view(1, 1, 1, -1), padding=(0, half)), line.view(1, 1, -1, 1), padding=(half, 0))
    ma, mb, aa, bb, ab = whole.split(count)
    c1, c2 = 0.01**2, 0.03**2
    return (((2 * ma * mb + c1) * (2 * (ab - ma * mb) + c2)) / ((ma * ma + mb * mb + c1) * (aa - ma * ma + bb - mb * mb + c2))).mean()


def unlike(pictures: Tensor, truth: Tensor, dissimilarity: float) -> Tensor:
    """What is minimised: L1 and D-SSIM."""
    return (1 - dissimilarity) * (pictures - truth).abs().mean() + dissimilarity * (1 - ssim(pictures, truth))


def psnr(pictures: Tensor, truth: Tensor, where: Tensor = None) -> float:
    """Mean over the views, over 8-bit RGB, at most 60 dB a view. `where` [views, height, width]: only those pixels; views that have none do not count, None where no view has one."""
    eight = lambda values: (values.clamp(0, 1) * 255).round() / 255
    found = []
    for at in range(len(pictures)):
        error = (eight(pictures[at]) - eight(truth[at])) ** 2
        if where is not None:
            if not where[at].any():
                continue
            error = error[where[at]]
        mse = error.mean().item()
        found.append(60.0 if mse < 1e-6 else -10 * math.log10(mse))
    return sum(found) / len(found) if found else None
