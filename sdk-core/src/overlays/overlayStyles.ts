import type { OverlayLayer } from '@sgaps/protocol';

/**
 * How an overlay looks and what its colours say.
 *
 * @example
 * ```ts
 * const style: OverlayStyle = { layer: 'layers', name: 'Layers', low: '', high: '', stops: [], kinds: SOURCES };
 * ```
 */
export interface OverlayStyle {
  readonly layer: OverlayLayer;
  readonly name: string;
  readonly low: string;
  readonly high: string;
  /** Stops of the colour map, value → r, g, b, alpha (0 … 255); none where colours stand for kinds. */
  readonly stops: readonly (readonly [number, number, number, number, number])[];
  /** What its colours stand for, where they are no scale, and a word on its shapes. */
  readonly kinds?: readonly (readonly [name: string, colour: string])[];
  readonly note?: string;
  /** True where pictures alone are enough for it: archives, which have neither samples nor doubts, have it too. */
  readonly inArchives?: true;
}

/**
 * Colours of the four tiers, as the legend shows them.
 *
 * @example
 * ```ts
 * draw.fillStyle = TIER_COLOURS[tier];
 * ```
 */
export const TIER_COLOURS = ['#ff5d7a', '#ffb454', '#7ee787', '#6cb6ff'] as const;
/**
 * What memory's layers are called, by their number (`Source` of the core), and their colours.
 *
 * @example
 * ```ts
 * const [name, colour] = SOURCES[source];
 * ```
 */
export const SOURCES = [
  ['nothing', '#ff3d6e'],
  ['screen', '#6cb6ff'],
  ['world', '#7ee787'],
  ['scenery', '#c297ff'],
  ['object', '#ffb454'],
  ['depth', '#4fe0d0'],
  ['as it was', '#8b98a9'],
  ['looked at', '#f2f5f9'],
] as const;
/**
 * Blocks that move as the camera, on their own, and those that change otherwise, by `Motion` of the core.
 *
 * @example
 * ```ts
 * const [name, colour] = MOTIONS[motion];
 * ```
 */
export const MOTIONS = [
  ['with the camera', '#9fb3c8'],
  ['on its own', '#ffd84d'],
  ['changed otherwise', '#ff5d7a'],
] as const;
/**
 * How much of the picture the layers' colours cover, of 255.
 *
 * @example
 * ```ts
 * const table = tableOfKinds(SOURCES, LAYERS_ALPHA);
 * ```
 */
export const LAYERS_ALPHA = 150;
const TIERS = ['critical', 'important', 'moderate', 'optional'].map((name, tier) => [name, TIER_COLOURS[tier]] as const);

/**
 * The overlays in the order of their keys 1 … 7.
 *
 * @example
 * ```ts
 * for (const { layer, name } of OVERLAY_STYLES) addToggle(layer, name);
 * ```
 */
export const OVERLAY_STYLES: readonly OverlayStyle[] = [
  {
    layer: 'samples',
    name: 'Samples',
    low: '',
    high: '',
    stops: [],
    kinds: TIERS,
    note: 'squares are blocks and means',
  },
  {
    layer: 'importance',
    name: 'Importance',
    low: 'leave alone',
    high: 'look here next',
    stops: [
      [0, 30, 20, 80, 0],
      [60, 90, 40, 160, 120],
      [140, 200, 60, 190, 190],
      [220, 255, 150, 190, 225],
      [255, 255, 240, 245, 240],
    ],
  },
  {
    layer: 'uncertainty',
    name: 'Uncertainty',
    low: 'sure',
    high: 'a guess',
    stops: [
      [0, 40, 10, 10, 0],
      [50, 140, 30, 20, 110],
      [120, 230, 90, 20, 180],
      [200, 255, 190, 40, 220],
      [255, 255, 250, 200, 240],
    ],
  },
  {
    layer: 'confidence',
    name: 'Confidence',
    low: 'never seen',
    high: 'known',
    stops: [
      [0, 10, 20, 60, 210],
      [90, 20, 70, 130, 190],
      [170, 20, 140, 140, 150],
      [230, 60, 200, 150, 90],
      [255, 120, 240, 170, 50],
    ],
  },
  { layer: 'tiers', name: 'Tiers', low: '', high: '', stops: [], kinds: TIERS, note: 'what was asked of this frame' },
  { layer: 'layers', name: 'Layers', low: '', high: '', stops: [], kinds: SOURCES },
  {
    layer: 'flow',
    name: 'Flow',
    low: '',
    high: '',
    stops: [],
    kinds: MOTIONS,
    note: 'where it will be in 2 frames, while it plays',
    inArchives: true,
  },
];

/**
 * The overlays that an archive has.
 *
 * @example
 * ```ts
 * const shown = header.archive ? layers.filter((layer) => ARCHIVE_OVERLAYS.includes(layer)) : layers;
 * ```
 */
export const ARCHIVE_OVERLAYS: readonly OverlayLayer[] = OVERLAY_STYLES.filter(({ inArchives }) => inArchives).map(
  ({ layer }) => layer,
);

/**
 * The CSS gradient of an overlay's colour map.
 *
 * @example
 * ```ts
 * legend.style.backgroundImage = gradientOf(style);
 * ```
 */
export function gradientOf({ stops }: Pick<OverlayStyle, 'stops'>): string {
  const parts = stops.map(
    ([at, r, g, b, a]) => `rgb(${r} ${g} ${b} / ${((a / 255) * 100).toFixed(0)}%) ${((at / 255) * 100).toFixed(0)}%`,
  );
  return `linear-gradient(90deg, ${parts.join(', ')})`;
}

/**
 * Colours of all 256 values, RGBA.
 *
 * @example
 * ```ts
 * const table = tableOf(style.stops);
 * ```
 */
export function tableOf(stops: OverlayStyle['stops']): Uint8ClampedArray {
  const out = new Uint8ClampedArray(4 * 256);
  for (let value = 0; value < 256; value++) {
    let i = 1;
    while (i < stops.length - 1 && stops[i][0] < value) i++;
    const [from, to] = [stops[i - 1], stops[i]];
    const share = (value - from[0]) / (to[0] - from[0]);
    for (let c = 0; c < 4; c++) out[4 * value + c] = from[c + 1] + (to[c + 1] - from[c + 1]) * share;
  }
  return out;
}

/**
 * Colours of all 256 values of a map of kinds, RGBA.
 *
 * @example
 * ```ts
 * const table = tableOfKinds(SOURCES, LAYERS_ALPHA);
 * ```
 */
export function tableOfKinds(kinds: readonly (readonly [string, string])[], alpha: number): Uint8ClampedArray {
  const out = new Uint8ClampedArray(4 * 256);
  kinds.forEach(([, colour], kind) => {
    for (let c = 0; c < 3; c++) out[4 * kind + c] = Number.parseInt(colour.slice(1 + 2 * c, 3 + 2 * c), 16);
    out[4 * kind + 3] = alpha;
  });
  return out;
}
