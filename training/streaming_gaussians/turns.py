"""Quaternions w, x, y, z and what a turn does to spherical harmonics (signs and constants of 3DGS)."""

import torch
from torch import Tensor

C0 = 0.28209479177387814
C1 = 0.4886025119029199
C2 = (1.0925484305920792, -1.0925484305920792, 0.31539156525252005, -1.0925484305920792, 0.5462742152960396)
C3 = (-0.5900435899266435, 2.890611442640554, -0.4570457994644658, 0.3731763325901154, -0.4570457994644658, 1.445305721320277, -0.5900435899266435)
#: The first coefficient of each band, and one past the last.
BANDS = (0, 1, 4, 9, 16)


def multiply(a: Tensor, b: Tensor) -> Tensor:
    """The turn b and then the turn a. [..., 4]"""
    aw, ax, ay, az = a.unbind(-1)
    bw, bx, by, bz = b.unbind(-1)
    return torch.stack(
        (
            aw * bw - ax * bx - ay * by - az * bz,
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
        ),
        -1,
    )


def unit(q: Tensor) -> Tensor:
    return q / q.norm(dim=-1, keepdim=True).clamp_min(1e-12)


def matrix(q: Tensor) -> Tensor:
    """Rotation matrices [..., 3, 3] of unit quaternions [..., 4]."""
    w, x, y, z = q.unbind(-1)
    rows = (
        1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y),
        2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
        2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y),
    )  # fmt: skip
    return torch.stack(rows, -1).reshape(*q.shape[:-1], 3, 3)


def basis(directions: Tensor, degree: int) -> Tensor:
    """Real spherical harmonics [..., (degree + 1)^2] of unit directions [..., 3]."""
    x, y, z = directions.unbind(-1)
    parts = [torch.full_like(x, C0)]
    if degree > 0:
        parts += [-C1 * y, C1 * z, -C1 * x]
    if degree > 1:
        xx, yy, zz = x * x, y * y, z * z
        parts += [C2[0] * x * y, C2[1] * y * z, C2[2] * (2 * zz - xx - yy), C2[3] * x * z, C2[4] * (xx - yy)]
    if degree > 2:
        parts += [
            C3[0] * y * (3 * xx - yy),
            C3[1] * x * y * z,
            C3[2] * y * (4 * zz - xx - yy),
            C3[3] * z * (2 * zz - 3 * xx - 3 * yy),
            C3[4] * x * (4 * zz - xx - yy),
            C3[5] * z * (xx - yy),
            C3[6] * x * (xx - 3 * yy),
        ]
    return torch.stack(parts, -1)


def _samples(band: int) -> Tensor:
    """2 * band + 1 directions that tell the band's functions apart: the first of many, tried with a fixed seed, that do so best."""
    draw = torch.Generator().manual_seed(band)
    best, least = None, float("inf")
    for _ in range(200):
        directions = unit(torch.randn(2 * band + 1, 3, generator=draw, dtype=torch.float64))
        condition = torch.linalg.cond(basis(directions, band)[:, BANDS[band] :]).item()
        if condition < least:
            best, least = directions, condition
    return best


_DIRECTIONS = {band: _samples(band) for band in (1, 2, 3)}
_INVERSES = {band: torch.linalg.inv(basis(_DIRECTIONS[band], band)[:, BANDS[band] :]) for band in (1, 2, 3)}


def turn_harmonics(harmonics: Tensor, q: Tensor) -> Tensor:
    """Coefficients [n, (degree + 1)^2, 3] of the same colours turned by q [n, 4]: what was seen in direction d is then seen in R d."""
    count = harmonics.shape[1]
    parts, rotation = [harmonics[:, :1]], matrix(q)
    for band in (1, 2, 3):
        if BANDS[band] >= count:
            break
        directions, inverse = _DIRECTIONS[band].to(q), _INVERSES[band].to(q)
        # Rows of d R are the directions turned back.
        seen = basis(directions @ rotation, band)[..., BANDS[band] :] @ harmonics[:, BANDS[band] : BANDS[band + 1]]
        parts.append(inverse @ seen)
    return torch.cat(parts, 1)
