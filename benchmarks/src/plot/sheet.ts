import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import sharp from 'sharp';
import { COLOURS, PLOT_STYLE } from './colours.js';
import { type Figure, PANEL_WIDTH } from './drawPanel.js';

const COLUMNS = 2;
const MARGIN = 20;
const GAP = 24;
const HEAD = 44;
const LINE = 16;
/** Characters of a line of small print, by its width. */
const CHARACTERS = 140;

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function text(x: number, y: number, content: string, size: number, colour: string, bold = false): string {
  const weight = bold ? ' font-weight="600"' : '';
  return `<text x="${x}" y="${y}" font-size="${size}" fill="${colour}"${weight}>${escaped(content)}</text>`;
}

/** Lines no longer than so many characters. */
function wrap(content: string): string[] {
  const lines = [''];
  for (const word of content.split(' ')) {
    const last = lines[lines.length - 1];
    if (last !== '' && last.length + 1 + word.length > CHARACTERS) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}

/**
 * A figure as one SVG file of its own: title, legend, its panels two beside each other, and at the foot where it comes from. It is readable on a light and on a dark page.
 *
 * @example
 * ```ts
 * writeFileSync('load.svg', sheetOf(plotGrowth(growth), 'npm run bench:load -- --grow 1,10; AMD EPYC, 2 threads'));
 * ```
 */
export function sheetOf({ title, note, legend, panels }: Figure, origin: string): string {
  const width = 2 * MARGIN + COLUMNS * PANEL_WIDTH + (COLUMNS - 1) * GAP;
  const parts = [text(MARGIN, 30, title, 17, COLOURS.ink, true)];
  let y = 34;
  for (const line of wrap(note)) parts.push(text(MARGIN, (y += LINE), line, 12, COLOURS.faint));
  y += LINE;
  let x = MARGIN;
  for (const { label, colour, dashed } of legend) {
    const wide = 44 + 7 * label.length;
    if (x > MARGIN && x + wide > width - MARGIN) {
      x = MARGIN;
      y += LINE;
    }
    const dash = dashed ? ' stroke-dasharray="4 3"' : '';
    parts.push(
      `<path d="M${x} ${y + 4}h22" stroke="${colour}" stroke-width="3"${dash}/>`,
      text(x + 28, y + 8, label, 12, COLOURS.ink),
    );
    x += wide;
  }
  y += legend.length > 0 ? LINE : 0;
  for (let row = 0; row < panels.length; row += COLUMNS) {
    const beside = panels.slice(row, row + COLUMNS);
    for (const [column, panel] of beside.entries()) {
      const left = MARGIN + column * (PANEL_WIDTH + GAP);
      parts.push(
        text(left, y + 20, panel.title, 14, COLOURS.ink, true),
        text(left, y + 36, panel.unit, 11.5, COLOURS.faint),
        panel.svg.replace('<svg ', `<svg x="${left}" y="${y + HEAD}" `),
      );
    }
    y += HEAD + Math.max(...beside.map(({ height }) => height)) + 8;
  }
  for (const line of wrap(origin)) parts.push(text(MARGIN, (y += LINE), line, 11, COLOURS.faint));
  const height = y + MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, DejaVu Sans, Liberation Sans, sans-serif">`,
    `<title>${escaped(title)}</title>`,
    `<style>${PLOT_STYLE}</style>`,
    `<rect width="${width}" height="${height}" fill="${COLOURS.paper}"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

/**
 * Writes a figure to a file: SVG, or PNG of twice its size where the file's name ends so. Missing folders are made.
 *
 * @example
 * ```ts
 * await writeSheet('docs/images/load.png', plotGrowth(growth), origin);
 * ```
 */
export async function writeSheet(file: string, figure: Figure, origin: string): Promise<void> {
  const svg = sheetOf(figure, origin);
  mkdirSync(dirname(file), { recursive: true });
  if (!file.endsWith('.png')) return writeFileSync(file, svg);
  writeFileSync(file, await sharp(Buffer.from(svg), { density: 144 }).png({ compressionLevel: 9, palette: true }).toBuffer());
}
