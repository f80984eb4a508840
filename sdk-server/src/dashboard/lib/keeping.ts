import { api, type Recording } from './api.js';
import { answerOf, byId, make } from './dom.js';
import { bytes } from './format.js';

/** A row of `/api/games`. */
interface GameStatus {
  readonly game: string;
  readonly recordings: number;
  readonly bytes: number;
  readonly keepDays: number | null;
  readonly keepBytes: number | null;
  readonly keepRecordings: number | null;
  readonly quotaBytes: number | null;
  readonly quotaRecordings: number | null;
}

/** A recording that is held, as its card says it; the reason is the badge's title. */
export function heldBadge(reason: string): HTMLElement {
  return make('span', { class: 'status held', title: `Held, cannot be deleted: ${reason}` }, 'held');
}

/** Asks why a recording is to be held, or releases it; true when it did either. */
export async function toggleHold({ id, held }: Recording): Promise<boolean> {
  const reason = held === null ? await askReason() : null;
  if (held === null && reason === null) return false;
  const headers = { 'content-type': 'application/json' };
  await api(`/api/recordings/${id}`, { method: 'PATCH', headers, body: JSON.stringify({ held: reason }) });
  return true;
}

async function askReason(): Promise<string | null> {
  const dialog = byId('holding', HTMLDialogElement);
  const input = byId('hold-reason', HTMLInputElement);
  input.value = '';
  return (await answerOf(dialog)) === 'yes' && input.value.trim() !== '' ? input.value.trim() : null;
}

/** What games take and may; nothing for those who may not know. */
export async function showUsage(): Promise<void> {
  const section = byId('usage-section', HTMLElement);
  const { items } = await api<{ items: GameStatus[] }>('/api/games').catch(() => ({ items: [] }));
  section.hidden = items.length === 0;
  byId('usage', HTMLTableSectionElement).replaceChildren(...items.map(usageRow));
}

function usageRow(status: GameStatus): HTMLElement {
  const { game, recordings, bytes: taken, keepDays, keepBytes, keepRecordings, quotaBytes, quotaRecordings } = status;
  const kept = [
    keepDays === null ? '' : `${keepDays} days`,
    keepBytes === null ? '' : bytes(keepBytes),
    keepRecordings === null ? '' : `${keepRecordings} recordings`,
  ];
  const quota = [quotaBytes === null ? '' : bytes(quotaBytes), quotaRecordings === null ? '' : `${quotaRecordings} recordings`];
  const told = (parts: string[]) => parts.filter((part) => part !== '').join(', ') || '–';
  return make(
    'tr',
    {},
    make('th', { scope: 'row' }, game),
    ...[String(recordings), bytes(taken)].map((text) => make('td', { class: 'number' }, text)),
    ...[told(kept), told(quota)].map((text) => make('td', {}, text)),
  );
}
