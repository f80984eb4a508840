"""What training minimises (S17): see training/README.md for the deviations from the paper and what each is worth."""

import torch
from torch import Tensor
from torch.nn import functional as F

#: Squared error below which a picture need not become better, 8-bit steps squared: 46 dB.
GOOD = 1.5
#: ... and below which it need not be told apart: 53 dB.
TELLING = 0.3
#: Brings the paper's loss to the size of the logarithm, so that one learning rate fits both.
PAPER_UNIT = 20.0


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
    """Negative log-likelihood weighted by variance^beta (Seitzer et al., ICLR 2022), each picture by itself, so that bad ones do not outweigh good ones.
    error [b, 1, h, w]: squared, 8-bit steps squared."""
    variance = log_variance.exp()
    nll = 0.5 * (error / variance + log_variance)
    weight = variance.detach() ** beta
    return ((nll * weight).mean((1, 2, 3)) / weight.mean((1, 2, 3))).mean()


def told_error(error: Tensor, log_variance: Tensor) -> Tensor:
    """How far the error that the doubt adds up to is from the picture's true one, as a squared ratio of logarithms (S9). error: as above."""
    told, true = log_variance.exp().mean((1, 2, 3)), error.mean((1, 2, 3))
    return ((torch.log(told + TELLING) - torch.log(true + TELLING)) ** 2).mean()


def flow_gradient(picture: Tensor) -> Tensor:
    """Differences to the right and below, of a picture cut to fit: [b, 2 * 3, h - 1, w - 1]."""
    here = picture[:, :, :-1, :-1]
    return torch.cat((picture[:, :, :-1, 1:] - here, picture[:, :, 1:, :-1] - here), 1)


def paper_loss(frame: Tensor, truth: Tensor, seen: Tensor, before) -> Tensor:
    """S17: 0.3 sampled + 0.4 perceptual on unsampled + 0.2 SSIM + 0.1 temporal smoothness. Deviations: sampled pixels all count the same, as their importance is not in
    the records; perceptual distance is that of unsampled colours and of all gradients at two scales (no network with a licence of its own). `before`: frame and truth of
    the time before, or None."""
    off = (frame - truth).abs()
    sampled = (off * seen).mean() / (seen.mean() + 1e-3)
    perceptual = (off * (1 - seen)).mean() + (flow_gradient(frame) - flow_gradient(truth)).abs().mean()
    small = [F.avg_pool2d(picture, 2) for picture in (frame, truth)]
    perceptual = perceptual + (flow_gradient(small[0]) - flow_gradient(small[1])).abs().mean()
    temporal = 0.0 if before is None else ((frame - before[0]) - (truth - before[1])).abs().mean()
    return 0.3 * sampled + 0.4 * perceptual + 0.2 * (1 - ssim(frame, truth)) + 0.1 * temporal


def frame_loss(frame: Tensor, log_variance: Tensor, truth: Tensor, parts: dict, seen: Tensor, before=None) -> Tensor:
    """The loss of one frame of a sequence. frame, truth: 0 ... 1; seen [b, 1, h, w]: 1 where something was looked at; before: frame and truth of the time before."""
    squared = ((frame - truth) * 255) ** 2
    per_picture = squared.mean((1, 2, 3))
    # PSNR is what counts: the logarithm weighs a picture's error by how good it is already.
    loss = PAPER_UNIT * paper_loss(frame, truth, seen, before) if parts.get("paper") else torch.log(per_picture + GOOD).mean()
    if parts.get("ssim"):
        loss = loss + parts["ssim"] * (1 - ssim(frame, truth))
    error = squared.mean(1, keepdim=True).detach()
    if parts.get("nll", 0.1):
        loss = loss + parts.get("nll", 0.1) * beta_nll(error, log_variance, parts.get("beta", 0.5))
    if parts.get("told", 0.05):
        loss = loss + parts.get("told", 0.05) * told_error(error, log_variance)
    return loss
