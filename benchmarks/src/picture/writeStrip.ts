import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { CaptureGrid } from '@sgaps/protocol';
import sharp, { type OverlayOptions } from 'sharp';

/**
 * One picture of a strip with the words above it.
 *
 * @example
 * ```ts
 * const panel: StripPanel = { label: 'truth', rgb };
 * ```
 */
export interface StripPanel {
  readonly label: string;
  readonly rgb: Uint8Array | Uint8ClampedArray;
}

const LABEL_HEIGHT = 24;
const GAP = 6;

/**
 * Writes pictures side by side, `columns` in a row (default all), enlarged `scale` times without smoothing, each with its label, as a PNG.
 *
 * @example
 * ```ts
 * await writeStrip('look.png', grid, [{ label: 'truth', rgb: truth }, { label: 'rebuilt', rgb: decoded.rgb }]);
 * ```
 */
export async function writeStrip(
  path: string,
  grid: CaptureGrid,
  panels: readonly StripPanel[],
  options: { readonly scale?: number; readonly columns?: number } = {},
): Promise<void> {
  const { scale = 2, columns = panels.length } = options;
  const width = grid.width * scale;
  const height = grid.height * scale;
  const rows = Math.ceil(panels.length / columns);
  const layers: OverlayOptions[] = [];
  for (const [i, panel] of panels.entries()) {
    const left = (i % columns) * (width + GAP);
    const top = Math.floor(i / columns) * (height + LABEL_HEIGHT + GAP);
    const raw = { width: grid.width, height: grid.height, channels: 3 as const };
    const image = sharp(Buffer.from(panel.rgb), { raw }).resize(width, height, { kernel: 'nearest' });
    layers.push({ input: await image.png().toBuffer(), left, top: top + LABEL_HEIGHT });
    layers.push({ input: labelSvg(panel.label, width), left, top });
  }
  mkdirSync(dirname(path), { recursive: true });
  await sharp({
    create: {
      width: columns * (width + GAP) - GAP,
      height: rows * (height + LABEL_HEIGHT + GAP) - GAP,
      channels: 3,
      background: { r: 24, g: 26, b: 32 },
    },
  })
    .composite(layers)
    .png()
    .toFile(path);
}

function labelSvg(text: string, width: number): Buffer {
  const safe = text.replace(/[<>&"']/g, (c) => `&#${c.charCodeAt(0)};`);
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${LABEL_HEIGHT}">` +
      `<text x="4" y="17" font-family="sans-serif" font-size="14" fill="#e8eaf0">${safe}</text></svg>`,
  );
}
