import { GLYPHS } from '../../../shared/glyphs.js';

/** Small letters and further signs: rows of five bits as in `GLYPHS`, with two more below the line where a letter hangs down. */
const SMALL: Readonly<Record<string, string>> = {
  ...{ a: '00000e010f110f', b: '10101e1111111e', c: '00000e1110110e', d: '01010f1111110f', e: '00000e111f100e' },
  ...{ f: '0c101c10101010', g: '00000f1111110f010e', h: '10101619111111', i: '10001010101010', j: '040004040404041408' },
  ...{ k: '10101214181412', l: '10101010101008', m: '00001a15151515', n: '00001619111111', o: '00000e1111110e' },
  ...{ p: '00001e1111111e1010', q: '00000f1111110f0101', r: '00001618101010', s: '00000e100c021c', t: '08081c08080804' },
  ...{
    u: '0000111111130d',
    v: '00001111110a04',
    w: '0000111115150a',
    x: '0000110a040a11',
    y: '00001111110f010e',
    z: '00001f0204081f',
  },
  ...{ '&': '0c12140815120d', '%': '191a02040b1303', '=': '00001f001f0000', '>': '10080402040810', '<': '02040810080402' },
  ...{ '*': '0004150e150400', _: '0000000000001f', '"': '14140000000000', ';': '000c0c000c0408' },
};

/** A letter's picture: bits of its rows, the leftmost one highest, and its width without what is empty beside it. */
export interface Letter {
  readonly rows: readonly number[];
  readonly left: number;
  readonly width: number;
}

/** Pixels from one line of text to the next. */
export const LINE = 11;
const BLANK = 3;

/** Every letter of the font. Digits keep their width, so that figures stand below each other. */
export const LETTERS: ReadonlyMap<string, Letter> = new Map(
  Object.entries({ ...GLYPHS, ...SMALL }).map(([char, hex]) => [char, letterOf(char, hex)]),
);

/** Pixels to the next letter. */
export function advanceOf(char: string): number {
  return (LETTERS.get(char)?.width ?? BLANK) + 1;
}

/** Pixels that a line of text takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const char of text) width += advanceOf(char);
  return width;
}

/** Breaks text into lines of at most `width` pixels, between words. */
export function wrap(text: string, width: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line ? `${line} ${word}` : word;
    if (line && widthOf(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line].join('\n');
}

function letterOf(char: string, hex: string): Letter {
  const rows = Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
  if (char === ' ') return { rows, left: 0, width: BLANK };
  if (/\d/.test(char)) return { rows, left: 0, width: 5 };
  const all = rows.reduce((bits, row) => bits | row, 0);
  const left = Math.clz32(all) - 27;
  const right = 31 - Math.clz32(all & -all);
  return { rows, left, width: 5 - left - right };
}
