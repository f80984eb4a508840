/** Colours of plots: on paper, and on a dark screen. */
interface Shade {
  readonly light: string;
  readonly dark: string;
}

const SHADES = {
  paper: { light: '#ffffff', dark: '#15191e' },
  ink: { light: '#27313d', dark: '#e4e8ec' },
  faint: { light: '#5f6b78', dark: '#a3adb8' },
  grid: { light: '#e2e6ea', dark: '#313941' },
  ours: { light: '#1a7f64', dark: '#42c49d' },
  other: { light: '#8d99a6', dark: '#7b8794' },
  red: { light: '#b4552d', dark: '#ea8a5f' },
  violet: { light: '#7a5fa8', dark: '#b79be6' },
  blue: { light: '#2b6cb0', dark: '#6fb1f2' },
  amber: { light: '#9a6a00', dark: '#d9a93a' },
} as const satisfies Readonly<Record<string, Shade>>;

/**
 * Colours by name, as they stand in a plot: any viewer shows them; `PLOT_STYLE` turns them on a dark screen.
 *
 * @example
 * ```ts
 * Plot.line(points, { stroke: COLOURS.ours });
 * ```
 */
export const COLOURS = Object.fromEntries(Object.entries(SHADES).map(([name, { light }]) => [name, light])) as Readonly<
  Record<keyof typeof SHADES, string>
>;

/**
 * Style of pages and files with plots: what is drawn in a light colour of `COLOURS` is drawn in its dark one on a dark screen, and never on paper.
 *
 * @example
 * ```ts
 * const page = `<style>${PLOT_STYLE}</style>${svg}`;
 * ```
 */
export const PLOT_STYLE = `@media screen and (prefers-color-scheme: dark) { ${Object.values(SHADES)
  .map(
    ({ light, dark }) =>
      `svg[fill="${light}"], svg [fill="${light}"] { fill: ${dark}; } svg [stroke="${light}"] { stroke: ${dark}; }`,
  )
  .join(' ')} }`;
