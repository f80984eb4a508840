import type { Recording } from './api.js';
import { make } from './dom.js';
import { clock, sizeOf, when } from './format.js';
import { heldBadge } from './keeping.js';

/** A picture that steps aside when there is none yet. */
export function thumbnail(src: string, alt: string): HTMLImageElement {
  const picture = make('img', { src, alt, loading: 'lazy', decoding: 'async' });
  picture.addEventListener('error', () => picture.classList.add('missing'));
  picture.addEventListener('load', () => picture.classList.remove('missing'));
  return picture;
}

/** What may be done with a recording by those who may. */
export interface RecordingActions {
  hold(recording: Recording): Promise<void>;
  remove(recording: Recording): Promise<void>;
}

/** A recording: its picture, what it is, and what may be done with it; without `actions` it may only be watched and downloaded. */
export function recordingCard(recording: Recording, actions: RecordingActions | null): HTMLElement {
  const { id, game, startedAt, durationMs, fps, gridWidth, gridHeight, held } = recording;
  const open = make(
    'a',
    { class: 'cover', href: `/session/${id}`, 'data-key': id },
    make(
      'div',
      { class: 'thumb' },
      thumbnail(`/api/recordings/${id}/thumbnail`, ''),
      make('span', { class: 'length' }, clock(durationMs)),
    ),
    make('h3', {}, game),
  );
  const date = make(
    'time',
    { datetime: new Date(startedAt).toISOString(), title: new Date(startedAt).toLocaleString() },
    when(startedAt),
  );
  const facts = make(
    'p',
    { class: 'facts' },
    date,
    ` · ${sizeOf(recording)} · ${gridWidth}×${gridHeight} at ${Math.round(fps)} fps`,
  );
  if (recording.status !== 'finished') facts.append(' ', make('span', { class: `status ${recording.status}` }, recording.status));
  if (recording.archivedAt !== null) {
    const title = `Archived ${new Date(recording.archivedAt).toLocaleString()}: its pictures are kept, its samples are not`;
    facts.append(' ', make('span', { class: 'status archived', title }, 'archived'));
  }
  if (held !== null) facts.append(' ', heldBadge(held));
  const hold = make('button', {
    type: 'button',
    class: 'quiet',
    'data-key': `${id} hold`,
    'aria-label': `${held === null ? 'Hold' : 'Release'} ${game}, ${when(startedAt)}`,
  });
  hold.textContent = held === null ? 'Hold' : 'Release';
  hold.addEventListener('click', () => void actions?.hold(recording));
  const removal = { class: 'quiet danger', 'data-key': `${id} delete`, 'aria-label': `Delete ${game}, ${when(startedAt)}` };
  const remove = make('button', { type: 'button', ...removal }, 'Delete');
  remove.addEventListener('click', () => void actions?.remove(recording));
  const download = make(
    'a',
    {
      class: 'quiet',
      href: `/api/recordings/${id}/download`,
      'data-key': `${id} download`,
      'aria-label': `Download ${game}, ${when(startedAt)}`,
    },
    'Download',
  );
  return make(
    'article',
    { class: 'card' },
    open,
    make(
      'div',
      { class: 'body' },
      facts,
      make('div', { class: 'row' }, download, ...(actions ? [hold, ...(held === null ? [remove] : [])] : [])),
    ),
  );
}
