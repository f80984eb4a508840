import { make } from '../lib/dom.js';
import { bytes } from '../lib/format.js';
import type { Figures } from './Game.js';

/** What was measured of a game, and when and where; that nothing was, where nothing was. */
export function figureList(figures: Figures | undefined): HTMLElement {
  if (!figures) return make('p', { class: 'measured' }, 'Not measured yet: ', make('code', {}, 'npm run bench:games'));
  const { psnr, ssim, bytesUp, bytesDown, micros, date, machine, seconds, busy } = figures;
  const rows: readonly (readonly [string, string])[] = [
    ['PSNR', `${psnr.toFixed(1)} dB`],
    ['SSIM', ssim.toFixed(3)],
    ['up', bytes(bytesUp)],
    ['down', bytes(bytesDown)],
    ...(micros === undefined ? [] : [['client', `${micros.toFixed(0)} µs`] as const]),
  ];
  const list = make('dl', { class: 'measures' });
  for (const [name, value] of rows) list.append(make('div', {}, make('dt', {}, name), make('dd', {}, value)));
  const day = new Date(`${date}T12:00:00`).toLocaleDateString(undefined, { dateStyle: 'medium' });
  const where = `${day}, ${Math.round(seconds)} s of play on ${machine}${busy ? '; it was busy: what the client takes was not measured' : ''}`;
  return make('div', {}, list, make('p', { class: 'measured' }, where));
}
