import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GameFigures } from '@sgaps/server';
import { formatNumber } from '../clip/formatTable.js';
import { markdownTable } from '../report/markdownTable.js';

/** What stands around the table in the README. */
const BEGIN = '<!-- figures: made by npm run bench:games -->';
const END = '<!-- end of figures -->';

/**
 * `figures.json` of the examples folder, and the table of its README that is made from it.
 *
 * @example
 * ```ts
 * const book = new FigureBook('examples');
 * book.put('phaser-arena', figures);
 * book.save(['phaser-platformer', 'phaser-arena']);
 * ```
 */
export class FigureBook {
  private readonly figures: Map<string, GameFigures>;
  private readonly file: string;

  /** `format`: how the README is written. */
  constructor(
    private readonly folder: string,
    private readonly format: (markdown: string) => string = (markdown) => markdown,
  ) {
    this.file = join(folder, 'figures.json');
    const kept = existsSync(this.file) ? (JSON.parse(readFileSync(this.file, 'utf8')) as Record<string, GameFigures>) : {};
    this.figures = new Map(Object.entries(kept));
  }

  put(name: string, figures: GameFigures): void {
    this.figures.set(name, figures);
  }

  /** Writes both files, games in this order; those that are none any more are dropped. */
  save(order: readonly string[]): void {
    const rows = order.flatMap((name) => {
      const figures = this.figures.get(name);
      return figures ? [[name, figures] as const] : [];
    });
    writeFileSync(this.file, `${JSON.stringify(Object.fromEntries(rows), null, 2)}\n`);
    const readme = join(this.folder, 'README.md');
    writeFileSync(readme, this.format(withTable(readFileSync(readme, 'utf8'), figureTable(rows))));
  }
}

/**
 * The figures as a Markdown table, and below it where they come from.
 *
 * @example
 * ```ts
 * figureTable([['phaser-arena', figures]]);
 * ```
 */
function figureTable(rows: readonly (readonly [string, GameFigures])[]): string {
  const head = ['game', 'PSNR', 'steady', 'SSIM', 'B up', 'B down', 'samples', 'client, µs'];
  const table = markdownTable(
    head,
    rows.map(([name, f]) => [
      `\`${name}\``,
      formatNumber(f.psnr, 2),
      formatNumber(f.psnrSteady, 2),
      formatNumber(f.ssim, 4),
      formatNumber(f.bytesUp, 0),
      formatNumber(f.bytesDown, 0),
      formatNumber(f.samples, 0),
      formatNumber(f.micros, 0),
    ]),
  );
  const places = new Map<string, string[]>();
  for (const [name, { date, machine, version, seconds }] of rows) {
    const place = `${seconds} s of play, ${date}, SGAPS ${version}, ${machine}`;
    places.set(place, [...(places.get(place) ?? []), name]);
  }
  const whole = places.size === 1;
  const lines = [...places].map(([place, names]) =>
    whole ? `${place}.` : `${names.map((name) => `\`${name}\``).join(', ')}: ${place}.`,
  );
  const busy = rows.some(([, f]) => f.busy) ? ['', '–: the machine was busy; what the client takes was not measured.'] : [];
  return [table, '', ...lines, ...busy].join('\n');
}

/**
 * A text with what lies between the two marks replaced. Throws where it lacks them.
 *
 * @example
 * ```ts
 * withTable(readFileSync('README.md', 'utf8'), '| game |\n|---|');
 * ```
 */
export function withTable(text: string, table: string): string {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`The README lacks ${BEGIN} … ${END}.`);
  return `${text.slice(0, begin + BEGIN.length)}\n\n${table}\n\n${text.slice(end)}`;
}
