"""Lettering: a 5 × 7 face of our own, drawn plain, bold, tall, slanted, outlined, shadowed, or smoothed into a vector-like face."""

import numpy as np

from .canvas import Texture
from .noise import blur

_ROWS = {
    'A': '0E11111F111111',
    'B': '1E11111E11111E',
    'C': '0E11101010110E',
    'D': '1E11111111111E',
    'E': '1F10101E10101F',
    'F': '1F10101E101010',
    'G': '0E11101711110F',
    'H': '1111111F111111',
    'I': '0E04040404040E',
    'J': '0702020202120C',
    'K': '11121418141211',
    'L': '1010101010101F',
    'M': '111B1515111111',
    'N': '11111915131111',
    'O': '0E11111111110E',
    'P': '1E11111E101010',
    'Q': '0E11111115120D',
    'R': '1E11111E141211',
    'S': '0F10100E01011E',
    'T': '1F040404040404',
    'U': '1111111111110E',
    'V': '11111111110A04',
    'W': '1111111515150A',
    'X': '11110A040A1111',
    'Y': '1111110A040404',
    'Z': '1F01020408101F',
    '0': '0E11131519110E',
    '1': '040C040404040E',
    '2': '0E11010204081F',
    '3': '1F02040201110E',
    '4': '02060A121F0202',
    '5': '1F101E0101110E',
    '6': '0608101E11110E',
    '7': '1F010204080808',
    '8': '0E11110E11110E',
    '9': '0E11110F01020C',
    'a': '00000E010F110F',
    'b': '1010161911111E',
    'c': '00000E1010110E',
    'd': '01010D1311110F',
    'e': '00000E111F100E',
    'f': '06090808 1C0808',
    'g': '000F11110F010E',
    'h': '10101619111111',
    'i': '04000C0404040E',
    'j': '0200060202120C',
    'k': '10101214181412',
    'l': '0C04040404040E',
    'm': '00001A15151111',
    'n': '00001619111111',
    'o': '00000E1111110E',
    'p': '00001E111E1010',
    'q': '00000D130F0101',
    'r': '00001619101010',
    's': '00000E100E011E',
    't': '08081C08080906',
    'u': '0000111111130D',
    'v': '00001111110A04',
    'w': '0000111115150A',
    'x': '0000110A040A11',
    'y': '000011110F010E',
    'z': '00001F0204081F',
    ' ': '00000000000000',
    '.': '00000000000C0C',
    ',': '000000000C0408',
    ':': '000C0C000C0C00',
    '!': '04040404000004',
    '?': '0E110102040004',
    '-': '0000001F000000',
    '+': '0004041F040400',
    '/': '00010204081000',
    '%': '18190204081303',
    '(': '02040808080402',
    ')': '08040202020408',
    "'": '0C040800000000',
    '*': '0004150E150400',
    '#': '0A0A1F0A1F0A0A',
    '$': '040F140E051E04',
    '<': '02040810080402',
    '>': '08040201020408',
    '=': '00001F001F0000',
    '_': '0000000000001F',
    '&': '0C12140815120D',
}


def _glyph(char):
    code = _ROWS.get(char, _ROWS['?']).replace(' ', '')
    rows = [int(code[i : i + 2], 16) for i in range(0, 14, 2)]
    return np.array([[(row >> (4 - column)) & 1 for column in range(5)] for row in rows], np.float32)


class Font:
    """One face at one size: `render` gives a texture of a line of text, cached."""

    def __init__(self, rng, scale=1.0, pixel=True):
        self.pixel = pixel
        self.scale = max(1, round(scale)) if pixel else max(0.8, scale)
        self.bold = rng.random() < 0.35
        self.slant = rng.random() < 0.1
        self.upper = rng.random() < 0.4
        self.narrow = rng.random() < 0.3
        self.effect = str(rng.choice(['plain', 'plain', 'shadow', 'outline']))
        self.edge = np.zeros(3, np.float32) + (0 if rng.random() < 0.8 else 255)
        self.cache = {}

    def _mask(self, text):
        columns = []
        for char in text.upper() if self.upper else text:
            glyph = _glyph(char)
            if self.narrow or char in " .,:!'":
                used = np.nonzero(glyph.any(0))[0]
                glyph = glyph[:, used[0] : used[-1] + 1] if len(used) else glyph[:, :3]
            columns += [glyph, np.zeros((7, 1), np.float32)]
        mask = np.concatenate(columns, 1) if columns else np.zeros((7, 1), np.float32)
        if self.bold:
            mask = np.maximum(np.pad(mask, ((0, 0), (0, 1))), np.pad(mask, ((0, 0), (1, 0))))
        return mask

    def render(self, text, colour):
        """Texture of the text, with a margin of one pixel."""
        key = (text, tuple(np.asarray(colour).astype(int)))
        if key not in self.cache:
            if len(self.cache) > 400:
                self.cache.clear()
            self.cache[key] = Texture(self._paint(text, np.asarray(colour, np.float32)))
        return self.cache[key]

    def _paint(self, text, colour):
        mask = self._mask(text)
        if self.pixel:
            mask = mask.repeat(self.scale, 0).repeat(self.scale, 1)
        else:  # enlarge eight times, round the corners, bring down to size with averages
            big = np.clip((blur(np.pad(mask.repeat(8, 0).repeat(8, 1), 8), 3) - 0.32) * 5, 0, 1)
            h, w = max(5, round(big.shape[0] * self.scale / 8)), max(3, round(big.shape[1] * self.scale / 8))
            total = np.pad(big, ((1, 0), (1, 0))).cumsum(0).cumsum(1)
            y, x = np.linspace(0, big.shape[0], h + 1).astype(int), np.linspace(0, big.shape[1], w + 1).astype(int)
            area = np.diff(y)[:, None] * np.diff(x)[None, :]
            mask = np.diff(np.diff(total[y][:, x], axis=0), axis=1) / np.maximum(area, 1)
        mask = np.pad(mask, 1)
        if self.slant:
            mask = np.stack([np.roll(np.pad(row, (0, 3)), (len(mask) - i) * 3 // len(mask)) for i, row in enumerate(mask)])
        out = np.zeros(mask.shape + (4,), np.float32)
        under = np.zeros_like(mask)
        if self.effect == 'shadow':
            under = np.pad(mask, ((1, 0), (1, 0)))[:-1, :-1]
        elif self.effect == 'outline':
            p = np.pad(mask, 1)
            for dy in (0, 1, 2):
                for dx in (0, 1, 2):
                    under = np.maximum(under, p[dy : dy + mask.shape[0], dx : dx + mask.shape[1]])
        out[..., 3] = mask + under * (1 - mask)
        out[..., :3] = (colour * mask[..., None] + self.edge * (under * (1 - mask))[..., None]) / np.maximum(out[..., 3:], 1e-6)
        return out.astype(np.float32)
