"""Triangle soups: positions, normals, texture coordinates, texture and tint of each triangle. Left-handed, y up, as Babylon."""

import math

import numpy as np


class Mesh:
    """T triangles: `pos` and `normal` T×3×3, `uv` T×3×2 (1 = one texture), `tex` T, `tint` T×3 (1 = as the texture is)."""

    FIELDS = ('pos', 'normal', 'uv', 'tex', 'tint')

    def __init__(self, pos, normal, uv, tex, tint):
        n = len(pos)
        self.pos, self.normal, self.uv = (np.asarray(a, np.float32) for a in (pos, normal, uv))
        self.tex = np.broadcast_to(np.asarray(tex, np.int32), (n,))
        self.tint = np.broadcast_to(np.asarray(tint, np.float32), (n, 3))
        self._facing = None

    @property
    def facing(self):
        """Geometric normals, T×3, on the side of the given ones."""
        if self._facing is None:
            p = self.pos
            flat = np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0])
            self._facing = flat * np.sign((flat * self.normal.sum(1)).sum(1, keepdims=True))
        return self._facing

    def moved(self, matrix, offset):
        """The mesh turned (and scaled) by a 3×3 matrix of row vectors, then shifted."""
        matrix = np.asarray(matrix, np.float32)
        normal = self.normal @ matrix
        normal /= np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-9)
        return Mesh(self.pos @ matrix + np.asarray(offset, np.float32), normal, self.uv, self.tex, self.tint)


def join(meshes):
    """One mesh of many."""
    meshes = [m for m in meshes if m is not None and len(m.pos)]
    return Mesh(*(np.concatenate([getattr(m, f) for m in meshes]) for f in Mesh.FIELDS))


def turn(yaw=0.0, pitch=0.0, roll=0.0, scale=1.0):
    """3×3 matrix for row vectors: scale, roll (z), pitch (x), then yaw (y)."""
    cy, sy, cp, sp, cr, sr = math.cos(yaw), math.sin(yaw), math.cos(pitch), math.sin(pitch), math.cos(roll), math.sin(roll)
    z = np.array([[cr, sr, 0], [-sr, cr, 0], [0, 0, 1]])
    x = np.array([[1, 0, 0], [0, cp, sp], [0, -sp, cp]])
    y = np.array([[cy, 0, -sy], [0, 1, 0], [sy, 0, cy]])
    return np.diag(np.broadcast_to(scale, 3).astype(float)) @ z @ x @ y


def quads(corners, normals, uvs, tex, tint):
    """Two triangles for each of n quads (n×4×3, n×3 or n×4×3, n×4×2); `tex` and `tint` per quad or for all."""
    corners, normals, uvs = np.asarray(corners, float), np.asarray(normals, float), np.asarray(uvs, float)
    n = len(corners)
    if normals.ndim == 2:
        normals = np.repeat(normals[:, None], 4, 1)
    pick = lambda a: np.concatenate([a[:, [0, 1, 2]], a[:, [0, 2, 3]]])
    tex = np.tile(np.broadcast_to(np.asarray(tex), (n,)), 2)
    tint = np.tile(np.broadcast_to(np.asarray(tint, float), (n, 3)), (2, 1))
    return Mesh(pick(corners), pick(normals), pick(uvs), tex, tint)


_FACES = (((1, 0, 0), 2, 1), ((-1, 0, 0), 2, 1), ((0, 1, 0), 0, 2), ((0, -1, 0), 0, 2), ((0, 0, 1), 0, 1), ((0, 0, -1), 0, 1))


def box(size, tex, tint=(1, 1, 1), repeat=None, centre=(0, 0, 0), sides=6):
    """A box; textures repeat every `repeat` units, or once a face. `tex` may be (side, top)."""
    size, centre = np.asarray(size, float), np.asarray(centre, float)
    corners, normals, uvs, texes = [], [], [], []
    for normal, a, b in _FACES[:sides]:
        normal = np.array(normal, float)
        ea, eb = np.zeros(3), np.zeros(3)
        ea[a], eb[b] = size[a] / 2, size[b] / 2
        mid = centre + normal * size / 2
        corners.append([mid - ea - eb, mid + ea - eb, mid + ea + eb, mid - ea + eb])
        nu, nv = (size[a] / repeat, size[b] / repeat) if repeat else (1, 1)
        uvs.append([(0, nv), (nu, nv), (nu, 0), (0, 0)])
        normals.append(normal)
        texes.append((tex[1] if normal[1] else tex[0]) if isinstance(tex, (tuple, list)) else tex)
    return quads(corners, normals, uvs, texes, tint)


def prism(radius, height, n, tex, tint=(1, 1, 1), top=None, smooth=True, repeat=1.0):
    """A cylinder, cone (`top` 0) or frustum standing on y = 0."""
    top = radius if top is None else top
    a = np.arange(n + 1) * 2 * math.pi / n
    c, s = np.cos(a), np.sin(a)
    low, high = np.stack([radius * c, 0 * a, radius * s], 1), np.stack([top * c, 0 * a + height, top * s], 1)
    slope = (radius - top) / max(height, 1e-6)
    around = np.stack([c, 0 * a + slope, s], 1) / math.hypot(1, slope)
    corners = np.stack([low[:-1], low[1:], high[1:], high[:-1]], 1)
    if smooth:
        normals = np.stack([around[:-1], around[1:], around[1:], around[:-1]], 1)
    else:
        normals = around[:-1] + around[1:]
        normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    u = np.arange(n + 1) / n * max(1, round(2 * math.pi * radius * repeat))
    v = max(1, round(height * repeat))
    uvs = np.stack(
        [
            np.stack([u[:-1], 0 * u[1:] + v], 1),
            np.stack([u[1:], 0 * u[1:] + v], 1),
            np.stack([u[1:], 0 * u[1:]], 1),
            np.stack([u[:-1], 0 * u[1:]], 1),
        ],
        1,
    )
    side = quads(corners, normals, uvs, tex, tint)
    if top <= 0:
        return side
    mid = np.tile([[0, height, 0]], (n, 1))
    pos = np.stack([mid, high[:-1], high[1:]], 1)
    disc = np.stack([0.5 + 0 * pos[:, :, 0] + 0.5 * pos[:, :, 0] / top, 0.5 + 0.5 * pos[:, :, 2] / top], -1)
    return join([side, Mesh(pos, np.broadcast_to([0, 1, 0], pos.shape), disc, tex, tint)])


def ball(radius, n, tex, tint=(1, 1, 1), rough=0.0, rng=None, flat=False):
    """A sphere of n × 2n quads, or a rock if `rough`."""
    lat, lon = np.linspace(-math.pi / 2, math.pi / 2, n + 1), np.linspace(0, 2 * math.pi, 2 * n + 1)
    unit = np.stack([np.cos(lat)[:, None] * np.cos(lon), np.sin(lat)[:, None] + 0 * lon, np.cos(lat)[:, None] * np.sin(lon)], -1)
    r = np.full(unit.shape[:2], radius)
    if rough:
        r = radius * (1 + rough * rng.uniform(-1, 1, r.shape))
        r[:, -1] = r[:, 0]
        r[0], r[-1] = r[0, 0], r[-1, 0]
    p = unit * r[..., None]
    four = lambda g: np.stack([g[:-1, :-1], g[:-1, 1:], g[1:, 1:], g[1:, :-1]], 2).reshape(-1, 4, g.shape[-1])
    v, u = np.meshgrid(np.linspace(1, 0, n + 1), np.linspace(0, 2, 2 * n + 1), indexing='ij')
    normals = four(unit)
    if flat:
        normals = normals.mean(1)
        normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return quads(four(p), normals, four(np.stack([u, v], -1)), tex, tint)


def height_field(heights, cell, tex, repeat, tint=(1, 1, 1), flat=False, tint_by_height=None):
    """Terrain over (rows, columns) of heights, `cell` units apart, the middle at the origin; x = column, z = row."""
    rows, cols = heights.shape
    x, z = (np.arange(cols) - (cols - 1) / 2) * cell, (np.arange(rows) - (rows - 1) / 2) * cell
    p = np.stack([np.broadcast_to(x, heights.shape), heights, np.broadcast_to(z[:, None], heights.shape)], -1)
    gz, gx = np.gradient(heights, cell)
    normal = np.stack([-gx, np.ones_like(gx), -gz], -1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    four = lambda g: np.stack([g[:-1, :-1], g[:-1, 1:], g[1:, 1:], g[1:, :-1]], 2).reshape(-1, 4, g.shape[-1])
    normals = four(normal)
    if flat:
        normals = normals.mean(1)
        normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    if tint_by_height is not None:
        tint = tint_by_height(four(p).mean(1)[:, 1])
    return quads(four(p), normals, four(p[..., [0, 2]]) / repeat, tex, tint)


def voxels(heights, tex_top, tex_side, tints):
    """Columns of cubes with whole heights, 1 unit each; tints per column, rows × cols × 3."""
    rows, cols = heights.shape
    z, x = np.mgrid[0:rows, 0:cols].astype(float)
    x, z, h = (x - cols // 2).ravel(), (z - rows // 2).ravel(), heights.ravel().astype(float)
    tint = tints.reshape(-1, 3)
    top = np.stack([np.stack([x, h, z], 1), np.stack([x + 1, h, z], 1), np.stack([x + 1, h, z + 1], 1), np.stack([x, h, z + 1], 1)], 1)
    unit = np.tile([[(0, 0), (1, 0), (1, 1), (0, 1)]], (len(h), 1, 1))
    parts = [quads(top, np.tile([[0, 1, 0]], (len(h), 1)), unit, tex_top, tint)]
    padded = np.pad(heights, 1, mode='constant', constant_values=int(heights.min()) - 2).astype(float)
    for dx, dz in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        other = padded[1 + dz : 1 + dz + rows, 1 + dx : 1 + dx + cols].ravel()
        shown = other < h
        px, pz, hi, lo = x[shown], z[shown], h[shown], other[shown]
        ax, az = (px + max(dx, 0), pz) if dx else (px, pz + max(dz, 0))
        bx, bz = (ax, az + 1) if dx else (ax + 1, az)
        side = np.stack([np.stack([ax, lo, az], 1), np.stack([bx, lo, bz], 1), np.stack([bx, hi, bz], 1), np.stack([ax, hi, az], 1)], 1)
        v = hi - lo
        uv = np.stack(
            [np.stack([0 * v, v], 1), np.stack([0 * v + 1, v], 1), np.stack([0 * v + 1, 0 * v], 1), np.stack([0 * v, 0 * v], 1)], 1
        )
        parts.append(quads(side, np.tile([[dx, 0, dz]], (len(hi), 1)), uv, tex_side, tint[shown]))
    return join(parts)
