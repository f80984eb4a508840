"""A z-buffer rasteriser in numpy: spans of all triangles at once, then deferred shading with mip-mapped textures."""

import math

import numpy as np

from .mesh import turn


class Textures:
    """Square power-of-two pictures with their mip chains in one flat array."""

    def __init__(self):
        self.parts, self.offset, self.size, self.levels, self.length = [], [], [], [], 0
        self.flat = None

    def add(self, image):
        """Takes n × n × 3 (0 … 255); returns the number to refer to it."""
        image = np.asarray(image, np.float32)
        offsets, n = [], image.shape[0]
        assert n & (n - 1) == 0 and image.shape[1] == n
        self.size.append(n)
        while True:
            offsets.append(self.length)
            self.parts.append(image.reshape(-1, 3))
            self.length += n * n
            if n == 1:
                break
            image, n = (image[0::2, 0::2] + image[1::2, 0::2] + image[0::2, 1::2] + image[1::2, 1::2]) / 4, n // 2
        self.levels.append(len(offsets) - 1)
        self.offset.append(offsets + [offsets[-1]] * (12 - len(offsets)))
        return len(self.size) - 1

    def seal(self):
        self.flat = np.concatenate(self.parts)
        self.offsets, self.sizes, self.tops = (
            np.array(self.offset, np.int32),
            np.array(self.size, np.int32),
            np.array(self.levels, np.int32),
        )

    def replace(self, index, image):
        """A new picture for the finest level: animated textures."""
        self.flat[self.offset[index][0] : self.offset[index][0] + image.shape[0] ** 2] = image.reshape(-1, 3)

    def sample(self, tex, u, v, footprint, mode):
        """Colours at u, v. `footprint`: texture widths a pixel spans. Modes: nearest, linear (no mips), mip (nearest level), trilinear."""
        if mode in ('nearest', 'linear'):
            return self._fetch(tex, u, v, np.zeros_like(tex), mode == 'linear')
        level = np.clip(np.log2(np.maximum(footprint * self.sizes[tex], 1e-6)), 0, self.tops[tex]).astype(np.float32)
        if mode == 'mip':
            return self._fetch(tex, u, v, np.rint(level).astype(np.int32), True)
        low = np.floor(level).astype(np.int32)
        t = (level - low)[:, None]
        out = self._fetch(tex, u, v, low, True)
        rest = np.nonzero(t[:, 0] > 0.02)[0]
        finer = self._fetch(tex[rest], u[rest], v[rest], np.minimum(low[rest] + 1, self.tops[tex[rest]]), True)
        out[rest] += (finer - out[rest]) * t[rest]
        return out

    def _fetch(self, tex, u, v, level, linear):
        size = self.sizes[tex] >> level
        base, mask = self.offsets[tex, level], size - 1
        x, y = (u - np.floor(u)) * size, (v - np.floor(v)) * size
        if not linear:
            return self.flat[base + (y.astype(np.int32) & mask) * size + (x.astype(np.int32) & mask)]
        x, y = x - 0.5, y - 0.5
        ix, iy = np.floor(x).astype(np.int32), np.floor(y).astype(np.int32)
        fx, fy = (x - ix).astype(np.float32)[:, None], (y - iy).astype(np.float32)[:, None]
        x0, x1 = ix & mask, (ix + 1) & mask
        y0, y1 = base + (iy & mask) * size, base + ((iy + 1) & mask) * size
        top = self.flat[y0 + x0]
        top = top + (self.flat[y0 + x1] - top) * fx
        low = self.flat[y1 + x0]
        low = low + (self.flat[y1 + x1] - low) * fx
        return top + (low - top) * fy


def _clip_near(cam, attributes, near):
    """Cuts triangles that cross z = near; T×3×3 camera places and T×3×k attributes, first vertex order kept."""
    places, values, owner = [], [], []
    for n in range(len(cam)):
        polygon = []
        for i in range(3):
            a, b = cam[n, i], cam[n, (i + 1) % 3]
            fa, fb = attributes[n, i], attributes[n, (i + 1) % 3]
            if a[2] >= near:
                polygon.append((a, fa))
            if (a[2] >= near) != (b[2] >= near):
                t = (near - a[2]) / (b[2] - a[2])
                polygon.append((a + (b - a) * t, fa + (fb - fa) * t))
        for i in range(1, len(polygon) - 1):
            three = (polygon[0], polygon[i], polygon[i + 1])
            places.append([p for p, _ in three])
            values.append([f for _, f in three])
            owner.append(n)
    return np.array(places).reshape(-1, 3, 3), np.array(values).reshape(-1, 3, attributes.shape[2]), np.array(owner, np.int64)


def project(mesh, light, view, fx, fy, near):
    """Camera space, culled and clipped: places T×3×3 (z ahead), attributes T×3×3 (u, v, light) and the triangle each came from."""
    cam = (mesh.pos.reshape(-1, 3) @ view[:3, :3].astype(np.float32) + view[3, :3].astype(np.float32)).reshape(-1, 3, 3)
    x, y, z = cam[..., 0] * np.float32(fx), cam[..., 1] * np.float32(fy), cam[..., 2]
    seen = (z.max(1) > near) & ~(x > z).all(1) & ~(x < -z).all(1) & ~(y > z).all(1) & ~(y < -z).all(1)
    # What faces away is not drawn; the side is told by the normals given, so that winding does not matter.
    seen &= ((mesh.facing @ view[:3, :3].astype(np.float32)) * cam[:, 0]).sum(1) < 0
    index = np.nonzero(seen)[0]
    cam = cam[index].astype(np.float64)
    attributes = np.concatenate([mesh.uv[index], light[index][..., None]], -1).astype(np.float64)
    crossing = cam[..., 2].min(1) < near
    if crossing.any():
        extra, values, owner = _clip_near(cam[crossing], attributes[crossing], near)
        cam, attributes = np.concatenate([cam[~crossing], extra]), np.concatenate([attributes[~crossing], values])
        index = np.concatenate([index[~crossing], index[crossing][owner]])
    return cam, attributes, index


class Raster:
    """Draws soups into `width` × `height`; `render` leaves z (inf: nothing), triangle numbers and interpolated attributes."""

    def __init__(self, width, height):
        self.width, self.height = width, height

    def render(self, cam, attributes, fx, fy):
        """Returns pixel numbers that are covered, their triangle, depth z, and the planes needed to shade them."""
        w, h = self.width, self.height
        iz = 1 / cam[..., 2]
        sx, sy = (1 + cam[..., 0] * iz * fx) * (w / 2), (1 - cam[..., 1] * iz * fy) * (h / 2)
        far_first = np.argsort(iz.max(1), kind='stable')
        sx, sy, iz, attributes = sx[far_first], sy[far_first], iz[far_first], attributes[far_first]
        pixel, triangle, tx, ty = self._spans(sx, sy)
        # Planes: value = a·x + b·y + c over the screen, for 1/z and each attribute/z.
        values = np.concatenate([iz[..., None], attributes * iz[..., None]], -1)
        x0, y0 = sx[:, 0], sy[:, 0]
        dx1, dy1, dx2, dy2 = sx[:, 1] - x0, sy[:, 1] - y0, sx[:, 2] - x0, sy[:, 2] - y0
        area = dx1 * dy2 - dx2 * dy1
        area = np.where(np.abs(area) < 1e-9, 1e-9, area)[:, None]
        d1, d2 = values[:, 1] - values[:, 0], values[:, 2] - values[:, 0]
        a = (d1 * dy2[:, None] - d2 * dy1[:, None]) / area
        b = (d2 * dx1[:, None] - d1 * dx2[:, None]) / area
        c = values[:, 0] - a * x0[:, None] - b * y0[:, None]
        near_z = a[triangle, 0] * tx + b[triangle, 0] * ty + c[triangle, 0]
        # The nearest fragment of each pixel: later ones overwrite, those that were wronged try again.
        best = np.full(w * h, -1, np.int64)
        trying = np.arange(len(pixel))
        while len(trying):
            best[pixel[trying]] = trying
            trying = trying[near_z[trying] > near_z[best[pixel[trying]]]]
        covered = np.nonzero(best >= 0)[0]
        won = best[covered]
        t, x, y = triangle[won], tx[won], ty[won]
        one = near_z[won]
        z = 1 / one
        parts = [((a[t, i] * x + b[t, i] * y + c[t, i]) * z) for i in range(1, values.shape[2])]
        # How far texture coordinates run per pixel.
        span = lambda g: np.maximum(np.abs((g[t, 1] - parts[0] * g[t, 0]) * z), np.abs((g[t, 2] - parts[1] * g[t, 0]) * z))
        footprint = np.maximum(span(a), span(b))
        return covered, far_first[t], z, parts, footprint

    def _spans(self, sx, sy):
        w, h = self.width, self.height
        order = np.argsort(sy, axis=1, kind='stable')
        sy = np.take_along_axis(sy, order, 1)
        sx = np.take_along_axis(sx, order, 1)
        first = np.clip(np.ceil(sy[:, 0] - 0.5), 0, h).astype(np.int64)
        last = np.clip(np.ceil(sy[:, 2] - 0.5), 0, h).astype(np.int64)
        rows = np.maximum(last - first, 0)
        t = np.repeat(np.arange(len(sx)), rows)
        v = first[t] + np.arange(len(t)) - np.repeat(np.cumsum(rows) - rows, rows)
        y = v + 0.5
        x0, x1, x2, y0, y1, y2 = sx[t, 0], sx[t, 1], sx[t, 2], sy[t, 0], sy[t, 1], sy[t, 2]
        tiny = 1e-12
        long = x0 + (y - y0) * (x2 - x0) / np.maximum(y2 - y0, tiny)
        upper = y < y1
        ya, yb, xa, xb = np.where(upper, y0, y1), np.where(upper, y1, y2), np.where(upper, x0, x1), np.where(upper, x1, x2)
        short = xa + (y - ya) * (xb - xa) / np.maximum(yb - ya, tiny)
        left = np.clip(np.ceil(np.minimum(long, short) - 0.5), 0, w).astype(np.int64)
        right = np.clip(np.ceil(np.maximum(long, short) - 0.5), 0, w).astype(np.int64)
        n = np.maximum(right - left, 0)
        span = np.repeat(np.arange(len(t)), n)
        u = left[span] + np.arange(len(span)) - np.repeat(np.cumsum(n) - n, n)
        return v[span] * w + u, t[span], u + 0.5, y[span]


def perspective(fov, aspect, near, far, right_handed=False):
    """Babylon's projection for row vectors, depth −1 … 1."""
    f = 1 / math.tan(fov / 2)
    out = np.zeros((4, 4))
    out[0, 0], out[1, 1] = f / aspect, f
    out[2, 2], out[3, 2] = (far + near) / (far - near), -2 * far * near / (far - near)
    out[2, 3] = 1
    if right_handed:
        out[2] = -out[2]
    return out


def look(position, yaw, pitch, roll=0.0):
    """Left-handed view matrix for row vectors: yaw about y, pitch down positive, as Babylon's cameras."""
    rotation = turn(yaw, pitch, roll)
    out = np.eye(4)
    out[:3, :3] = rotation.T
    out[3, :3] = -np.asarray(position, float) @ rotation.T
    return out


def mirrored(view):
    """The same camera in a right-handed world whose z is the other way."""
    s = np.diag([1.0, 1.0, -1.0, 1.0])
    return s @ view @ s
