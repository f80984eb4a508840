"""What training minimises (S17): see training/README.md for the deviations from the paper and what each is worth."""

import torch
from torch import Tensor
from torch.nn import functional as F

#: Squared error below which a picture need not become better, 8-bit steps squared: 46 dB.
GOOD = 1.5


def gaussian(channels: int, device, size: int = 11, sigma: float = 1.5) -> Tensor:
    at = torch.arange(size, device=device, dtype=torch.float32) - size // 2
    line = torch.exp(-(at * at) / (2 * sigma * sigma))
    line = line / line.sum()
    return (line[:, None] * line[None, :]).expand(channels, 1, size, size).contiguous()


def ssim(a: Tensor, b: Tensor) -> Tensor:
    """Mean SSIM of luma (BT.601), 11x11 Gaussian, of pictures 0 ... 1."""
    weights = torch.tensor([0.299, 0.587, 0.114], device=a.device).view(1, 3, 1, 1)
    a, b = (a * weights).sum(1, keepdim=True), (b * weights).sum(1, keepdim=True)
    k = gaussian(1, a.device)
    ma, mb = F.conv2d(a, k), F.conv2d(b, k)
    va = F.conv2d(a * a, k) - ma * ma
    vb = F.conv2d(b * b, k) - mb * mb
    cov = F.conv2d(a * b, k) - ma * mb
    c1, c2 = 0.01**2, 0.03**2
    return (((2 * ma * mb + c1) * (2 * cov + c2)) / ((ma * ma + mb * mb + c1) * (va + vb + c2))).mean()


def beta_nll(error: Tensor, log_variance: Tensor, beta: float = 0.5) -> Tensor:
    """Negative log-likelihood weighted by variance^beta (Seitzer et al., ICLR 2022). error: squared, 8-bit steps squared."""
    variance = log_variance.exp()
    nll = 0.5 * (error / variance + log_variance)
    return (nll * variance.detach() ** beta).mean() / (variance.detach() ** beta).mean()


def frame_loss(frame: Tensor, log_variance: Tensor, truth: Tensor, parts: dict) -> Tensor:
    """The loss of one frame of a sequence. frame, truth: 0 ... 1."""
    squared = ((frame - truth) * 255) ** 2
    per_picture = squared.mean((1, 2, 3))
    # PSNR is what counts: the logarithm weighs a picture's error by how good it is already.
    loss = torch.log(per_picture + GOOD).mean()
    if parts.get("ssim"):
        loss = loss + parts["ssim"] * (1 - ssim(frame, truth))
    if parts.get("nll", 0.1):
        loss = loss + parts.get("nll", 0.1) * beta_nll(squared.mean(1, keepdim=True).detach(), log_variance)
    return loss
