import type { ReplayMarker } from '@sgaps/client/player';
import { clock } from '../clock.js';
import { make } from '../dom.js';

/** Markers that a list shows. */
const MOST = 1000;
/** Characters of a marker's data that are shown. */
const DATA = 80;

/** The markers as buttons, one below the other; those before `now` are dimmed. */
export function markerList(markers: readonly ReplayMarker[], now: number, go: (marker: ReplayMarker) => void): HTMLElement[] {
  if (markers.length === 0) return [make('p', { class: 'hint' }, 'This recording has no markers.')];
  const items = markers.slice(0, MOST).map((marker) => {
    const { time, name, data } = marker;
    const text = data === null || data === undefined ? '' : JSON.stringify(data).slice(0, DATA);
    const row = make(
      'button',
      { type: 'button', class: 'item' },
      make('span', { class: 'at' }, clock(time)),
      make('span', {}, name),
    );
    if (text) row.append(make('small', {}, text));
    if (time <= now) row.classList.add('passed');
    row.addEventListener('click', () => go(marker));
    return row;
  });
  if (markers.length > MOST) items.push(make('button', { disabled: '', class: 'item' }, `… and ${markers.length - MOST} more`));
  return items;
}
