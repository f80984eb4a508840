"""Drawing textures onto a float picture the way WebGL sprite batches do: affine, nearest or bilinear, tinted, alpha-blended."""

import math

import numpy as np


class Texture:
    """RGBA picture, premultiplied: rgb 0 … 255, alpha 0 … 1, with a clear border of one pixel so that bilinear edges are soft."""

    def __init__(self, rgba):
        rgba = np.asarray(rgba, np.float32)
        self.height, self.width = rgba.shape[:2]
        self.padded = np.zeros((self.height + 2, self.width + 2, 4), np.float32)
        self.padded[1:-1, 1:-1] = rgba
        self.padded[1:-1, 1:-1, :3] *= rgba[..., 3:]

    @property
    def pixels(self):
        return self.padded[1:-1, 1:-1]


def opaque(rgb):
    """An RGBA picture of an RGB one."""
    return np.concatenate([rgb, np.ones(rgb.shape[:2] + (1,), np.float32)], -1)


def _tint(source, tint):
    if tint is not None:
        source = source * np.array([*tint, 1.0], np.float32)
    return source


def blend(target, source, alpha=1.0, tint=None, add=False):
    """Lays premultiplied RGBA over (or adds it to) a view of the picture."""
    source = _tint(source, tint)
    if add:
        target += source[..., :3] * alpha
        return
    if alpha != 1.0:
        source = source * np.float32(alpha)
    target *= 1 - source[..., 3:]
    target += source[..., :3]


def _axis(first, count, step, start, limit, linear):
    """Texture coordinates along one axis for pixels first … first + count: indices into the padded texture and weights."""
    at = start + step * (np.arange(first, first + count, dtype=np.float32) + 0.5)
    if linear:
        at = np.clip(at + 0.5, 0, limit + 1 - 1e-4)
        low = at.astype(np.int32)
        return low, (at - low).astype(np.float32)
    inside = (at >= 0) & (at < limit)
    return np.where(inside, np.floor(at).astype(np.int32) + 1, 0), None


def draw(
    picture,
    texture,
    x,
    y,
    width,
    height,
    ox=0.5,
    oy=0.5,
    rotation=0.0,
    flip_x=False,
    flip_y=False,
    alpha=1.0,
    tint=None,
    linear=False,
    add=False,
):
    """Draws `texture` with its pivot (ox, oy: fractions) at (x, y), `width` × `height` before rotation, in picture pixels."""
    if width <= 0.2 or height <= 0.2 or alpha <= 0:
        return
    h, w = picture.shape[:2]
    cos, sin = math.cos(rotation), math.sin(rotation)
    corners_x = [cos * (i - ox) * width - sin * (j - oy) * height for i in (0, 1) for j in (0, 1)]
    corners_y = [sin * (i - ox) * width + cos * (j - oy) * height for i in (0, 1) for j in (0, 1)]
    soft = 0.5 if linear else 0
    left, right = max(0, math.floor(x + min(corners_x) - soft)), min(w, math.ceil(x + max(corners_x) + soft))
    top, bottom = max(0, math.floor(y + min(corners_y) - soft)), min(h, math.ceil(y + max(corners_y) + soft))
    if left >= right or top >= bottom:
        return
    sx = (-1 if flip_x else 1) * texture.width / width
    sy = (-1 if flip_y else 1) * texture.height / height
    tx = (1 - ox if flip_x else ox) * texture.width
    ty = (1 - oy if flip_y else oy) * texture.height
    target = picture[top:bottom, left:right]
    data = texture.padded
    if rotation == 0:
        ix, fx = _axis(left, right - left, sx, tx - sx * x, texture.width, linear)
        iy, fy = _axis(top, bottom - top, sy, ty - sy * y, texture.height, linear)
        if not linear:
            blend(target, data[iy[:, None], ix[None, :]], alpha, tint, add)
            return
        if np.all(fx == fx[0]) and np.all(fy == fy[0]) and fx[0] < 0.02 and fy[0] < 0.02:
            blend(target, data[iy[:, None], ix[None, :]], alpha, tint, add)
            return
        rows = data[iy] * (1 - fy)[:, None, None] + data[np.minimum(iy + 1, texture.height + 1)] * fy[:, None, None]
        jx = np.minimum(ix + 1, texture.width + 1)
        blend(target, rows[:, ix] * (1 - fx)[None, :, None] + rows[:, jx] * fx[None, :, None], alpha, tint, add)
        return
    u = np.arange(left, right, dtype=np.float32)[None, :] + (0.5 - x)
    v = np.arange(top, bottom, dtype=np.float32)[:, None] + (0.5 - y)
    px = (cos * sx) * u + (sin * sx) * v + tx
    py = (-sin * sy) * u + (cos * sy) * v + ty
    if linear:
        px, py = np.clip(px + 0.5, 0, texture.width + 1 - 1e-3), np.clip(py + 0.5, 0, texture.height + 1 - 1e-3)
        ix, iy = px.astype(np.int32), py.astype(np.int32)
        fx, fy = (px - ix)[..., None], (py - iy)[..., None]
        source = (data[iy, ix] * (1 - fx) + data[iy, ix + 1] * fx) * (1 - fy) + (
            data[iy + 1, ix] * (1 - fx) + data[iy + 1, ix + 1] * fx
        ) * fy
    else:
        inside = (px >= 0) & (px < texture.width) & (py >= 0) & (py < texture.height)
        ix = np.where(inside, px.astype(np.int32) + 1, 0)
        iy = np.where(inside, py.astype(np.int32) + 1, 0)
        source = data[iy, ix]
    blend(target, source, alpha, tint, add)


def draw_layer(picture, image, offset_x, offset_y, zoom=1.0, wrap_x=False, wrap_y=False, alpha=1.0, linear=False):
    """Draws a large image, pixel (i, j) at screen (i · zoom − offset_x, j · zoom − offset_y). 3 channels: opaque; 4: premultiplied."""
    h, w = picture.shape[:2]
    ih, iw = image.shape[:2]
    whole = abs(offset_x - round(offset_x)) < 0.02 and abs(offset_y - round(offset_y)) < 0.02 and zoom == 1
    if whole:
        ox, oy = round(offset_x), round(offset_y)
        if not wrap_x and not wrap_y or (0 <= ox and ox + w <= iw and 0 <= oy and oy + h <= ih):
            x0, y0, x1, y1 = max(0, ox), max(0, oy), min(iw, ox + w), min(ih, oy + h)
            if x0 < x1 and y0 < y1:
                _lay(picture[y0 - oy : y1 - oy, x0 - ox : x1 - ox], image[y0:y1, x0:x1], alpha)
            return
    x = (np.arange(w, dtype=np.float64) + 0.5 + offset_x) / zoom
    y = (np.arange(h, dtype=np.float64) + 0.5 + offset_y) / zoom
    us, ue = (0, w) if wrap_x else _span(x, iw)
    vs, ve = (0, h) if wrap_y else _span(y, ih)
    if us >= ue or vs >= ve:
        return
    x, y = x[us:ue], y[vs:ve]
    if linear and not whole:
        x, y = x - 0.5, y - 0.5
    ix, iy = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    fx, fy = (x - ix).astype(np.float32), (y - iy).astype(np.float32)
    fix = lambda i, n, wrap: i % n if wrap else np.clip(i, 0, n - 1)
    a, b = fix(iy, ih, wrap_y), fix(ix, iw, wrap_x)
    if linear and not whole:
        rows = image[a] if np.all(fy < 0.02) else image[a] * (1 - fy)[:, None, None] + image[fix(iy + 1, ih, wrap_y)] * fy[:, None, None]
        source = (
            rows[:, b] if np.all(fx < 0.02) else rows[:, b] * (1 - fx)[None, :, None] + rows[:, fix(ix + 1, iw, wrap_x)] * fx[None, :, None]
        )
    else:
        source = image[a][:, b]
    _lay(picture[vs:ve, us:ue], source, alpha)


def _span(at, size):
    inside = np.nonzero((at >= 0) & (at < size))[0]
    return (int(inside[0]), int(inside[-1]) + 1) if len(inside) else (0, 0)


def _lay(target, source, alpha):
    if source.shape[2] == 3:
        if alpha == 1:
            target[...] = source
        else:
            target += (source - target) * np.float32(alpha)
    else:
        blend(target, source, alpha)


def line(picture, x0, y0, x1, y1, colour, thickness=1.0, alpha=1.0):
    """An anti-aliased line with round ends."""
    h, w = picture.shape[:2]
    r = thickness / 2 + 1
    left, right = max(0, math.floor(min(x0, x1) - r)), min(w, math.ceil(max(x0, x1) + r))
    top, bottom = max(0, math.floor(min(y0, y1) - r)), min(h, math.ceil(max(y0, y1) + r))
    if left >= right or top >= bottom:
        return
    u = np.arange(left, right, dtype=np.float32)[None, :] + (0.5 - x0)
    v = np.arange(top, bottom, dtype=np.float32)[:, None] + (0.5 - y0)
    dx, dy = x1 - x0, y1 - y0
    t = np.clip((u * dx + v * dy) / max(1e-6, dx * dx + dy * dy), 0, 1)
    cover = np.clip(thickness / 2 + 0.5 - np.hypot(u - t * dx, v - t * dy), 0, 1)[..., None] * np.float32(alpha)
    target = picture[top:bottom, left:right]
    target += (np.asarray(colour, np.float32) - target) * cover


def rectangle(picture, x, y, width, height, colour, alpha=1.0):
    """A filled rectangle with anti-aliased edges."""
    h, w = picture.shape[:2]
    left, right, top, bottom = max(0, math.floor(x)), min(w, math.ceil(x + width)), max(0, math.floor(y)), min(h, math.ceil(y + height))
    if left >= right or top >= bottom:
        return
    u, v = np.arange(left, right, dtype=np.float32), np.arange(top, bottom, dtype=np.float32)
    cx = np.clip(np.minimum(u + 1, x + width) - np.maximum(u, x), 0, 1)
    cy = np.clip(np.minimum(v + 1, y + height) - np.maximum(v, y), 0, 1)
    target = picture[top:bottom, left:right]
    target += (np.asarray(colour, np.float32) - target) * (cy[:, None] * cx[None, :] * np.float32(alpha))[..., None]


def dots(picture, x, y, size, colours, alpha):
    """Many square particles of `size` whole pixels at once; colours n × 3, alpha n."""
    h, w = picture.shape[:2]
    ix, iy = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    for dy in range(size):
        for dx in range(size):
            u, v = ix + dx, iy + dy
            ok = (u >= 0) & (u < w) & (v >= 0) & (v < h)
            a = alpha[ok, None]
            picture[v[ok], u[ok]] = picture[v[ok], u[ok]] * (1 - a) + colours[ok] * a


class Scaler:
    """Brings a canvas of any width to the capture grid: nearest enlarging, or averages and bilinear, as the sampler does."""

    def __init__(self, canvas_width, width=320, height=180):
        self.width, self.height = width, height
        self.k = 3.0 if canvas_width == 107 else width / canvas_width
        self.canvas_width = canvas_width
        self.canvas_height = math.ceil(height / self.k - 1e-9)
        whole = self.k >= 1 and self.k == int(self.k)
        self.repeat = int(self.k) if whole else 0
        self.x = None if whole else self._weights(width, canvas_width)
        self.y = None if whole else self._weights(height, self.canvas_height)

    def _weights(self, out, size):
        """For each output pixel the inputs that it averages and their shares."""
        k = self.k
        taps = math.ceil(1 / k) + 1 if k < 1 else 2
        index, weight = np.zeros((taps, out), np.int64), np.zeros((taps, out), np.float32)
        for i in range(out):
            if k < 1:
                a, b = i / k, (i + 1) / k
                for j in range(taps):
                    cell = int(a + 1e-9) + j
                    index[j, i], weight[j, i] = min(cell, size - 1), max(0.0, min(b, cell + 1) - max(a, cell)) * k
            else:
                at = (i + 0.5) / k - 0.5
                low = math.floor(at)
                index[:, i] = np.clip([low, low + 1], 0, size - 1)
                weight[:, i] = [1 - (at - low), at - low]
        return [(index[j], weight[j]) for j in range(taps) if weight[j].max() > 1e-5]

    def __call__(self, picture):
        if self.repeat == 1:
            out = picture
        elif self.repeat:
            out = picture.repeat(self.repeat, 0).repeat(self.repeat, 1)[: self.height, : self.width]
        elif self.k == 0.5:
            out = picture[0::2] + picture[1::2]
            out = (out[:, 0::2] + out[:, 1::2]) * np.float32(0.25)
        else:
            rows = sum(picture[i] * w[:, None, None] for i, w in self.y)
            out = sum(rows[:, i] * w[None, :, None] for i, w in self.x)
        return np.clip(out + 0.5, 0, 255).astype(np.uint8)
