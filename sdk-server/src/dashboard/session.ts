import { Client, type Room } from '@colyseus/sdk';
import type { SgapsCompareElement, SgapsPlayerElement } from '@sgaps/player/element';
import type { SgapsError } from '@sgaps/protocol';
import { openAccess } from './lib/access.js';
import { ApiError, api, type Recording, type Running } from './lib/api.js';
import { byId, make, setText } from './lib/dom.js';
import { ExportDialog } from './lib/exportDialog.js';
import { type FiguresMessage, FiguresPanel } from './lib/figures.js';
import { clock, sizeOf, when } from './lib/format.js';
import { ShareDialog } from './lib/shareDialog.js';

const id = decodeURIComponent(location.pathname.split('/')[2] ?? '');
const query = new URLSearchParams(location.search);
/** What the element may do here: `?t=12.5` opens a recording at 12.5 s. */
const CONTROLS = 'overlays graph share fullscreen docked';

const stage = byId('stage', HTMLDivElement);
const notice = byId('notice', HTMLParagraphElement);
const badge = byId('badge', HTMLSpanElement);
const exporting = new ExportDialog();
const sharing = new ShareDialog();

let player: SgapsPlayerElement | null = null;
let comparison: SgapsCompareElement | null = null;
let panel: FiguresPanel | null = null;
let isRecording = false;

function tell(text: string | null): void {
  notice.hidden = text === null;
  notice.textContent = text ?? '';
}

function setBadge(kind: 'on' | 'off' | 'bad', text: string): void {
  badge.className = `badge ${kind}`;
  setText(badge, text);
}

function showBadge(): void {
  const playing = player?.player;
  if (!isRecording) setBadge('off', 'recording');
  else if (playing?.isLive) setBadge('on', `live ${clock(1000 * playing.duration)}`);
  else setBadge('off', 'behind live');
}

function open(recording: Recording): void {
  const { game, engine, startedAt, gridWidth, gridHeight, fps } = recording;
  document.title = `${game} · SGAPS`;
  byId('game', HTMLHeadingElement).textContent = game;
  byId('about', HTMLParagraphElement).textContent =
    `${when(startedAt)} · ${engine} · ${gridWidth}×${gridHeight} at ${Math.round(fps)} fps` +
    (recording.archivedAt === null ? '' : ` · archived, ${sizeOf(recording)}`);
  showParts(recording);
  player = playerOf(recording.id);
  if (isRecording && !query.has('t')) player.setAttribute('live', '');
  else player.setAttribute('time', query.get('t') ?? '0');
  player.addEventListener('timeupdate', showBadge);
  player.addEventListener('live', showBadge);
  player.addEventListener('error', (event) => {
    const { code } = (event as unknown as CustomEvent<SgapsError>).detail;
    setBadge('bad', code === 'NOT_FOUND' ? 'not here' : 'not shown');
  });
  player.addEventListener('figures', (event) => {
    if (!isRecording) panel?.update((event as CustomEvent<FiguresMessage>).detail);
  });
  stage.replaceChildren(player);
  panel = new FiguresPanel(byId('figures', HTMLDivElement), gridWidth * gridHeight, { live: isRecording });
  showBadge();
}

/** A session that went on in another server is several recordings. */
function showParts({ continues, continuedBy }: Recording): void {
  const about = byId('about', HTMLParagraphElement);
  if (continues !== null) about.append(' · ', make('a', { href: `/session/${continues}` }, 'goes on from an earlier part'));
  if (continuedBy) about.append(' · ', make('a', { href: `/session/${continuedBy}` }, 'goes on in a later part'));
}

function playerOf(recording: string): SgapsPlayerElement {
  const element = document.createElement('sgaps-player');
  element.setAttribute('server', '/');
  element.setAttribute('recording', recording);
  element.setAttribute('encoder', 'jpeg+depth');
  element.setAttribute('controls', CONTROLS);
  return element;
}

/** What a finished recording may be used for. */
function offer(recording: string, archived = false): void {
  const download = byId('download', HTMLAnchorElement);
  download.hidden = false;
  download.href = `/api/recordings/${recording}/download`;
  const local = byId('local', HTMLAnchorElement);
  local.hidden = false;
  local.href = `/dashboard/player/?recording=${encodeURIComponent(download.pathname)}`;
  const exported = byId('export', HTMLButtonElement);
  exported.hidden = false;
  exported.addEventListener('click', () => {
    const shown = player?.player;
    if (shown) exporting.open({ recordingId: recording, duration: shown.duration, overlays: player?.overlays ?? [], archived });
  });
  const compare = byId('compare', HTMLButtonElement);
  compare.hidden = false;
  compare.addEventListener('click', () => void toggleComparison(recording, compare).catch(fail));
}

/** Beside this recording, the one that was chosen: the newest other of the same game first. */
async function toggleComparison(recording: string, button: HTMLButtonElement): Promise<void> {
  if (comparison) {
    comparison = null;
    if (player) stage.replaceChildren(player);
    button.textContent = 'Compare';
    return;
  }
  const { items } = await api<{ items: Recording[] }>('/api/recordings?limit=200');
  const others = items.filter(({ id: other, status }) => other !== recording && status !== 'recording');
  const game = byId('game', HTMLHeadingElement).textContent;
  const other = others.find((candidate) => candidate.game === game) ?? others[0];
  const second = other?.id ?? recording;
  player?.player?.pause();
  comparison = document.createElement('sgaps-compare');
  comparison.setAttribute('controls', 'overlays graph fullscreen');
  for (const [name, label] of [
    [recording, 'This session'],
    [second, other ? `${other.game}, ${when(other.startedAt)}` : 'The same'],
  ]) {
    const side = playerOf(name);
    side.setAttribute('label', label);
    comparison.append(side);
  }
  const choice = make('select', { 'aria-label': 'Compare with' });
  for (const candidate of others) {
    const option = make('option', { value: candidate.id }, `${candidate.game}, ${when(candidate.startedAt)}`);
    option.selected = candidate.id === second;
    choice.append(option);
  }
  choice.addEventListener('change', () => {
    const side = comparison?.querySelectorAll('sgaps-player')[1];
    side?.setAttribute('label', choice.selectedOptions[0].textContent ?? '');
    side?.setAttribute('recording', choice.value);
  });
  stage.replaceChildren(make('label', { class: 'field' }, 'Compare with ', choice), comparison);
  button.textContent = 'One only';
}

/** Makes a link by which anyone may watch this recording. */
function offerShare(recording: string): void {
  const share = byId('share', HTMLButtonElement);
  share.hidden = false;
  share.addEventListener('click', () => void sharing.open(recording));
}

/** Follows the figures of a session that is being recorded, until it ends. */
async function follow({ roomId, recordingId }: Running): Promise<void> {
  const room: Room = await new Client(location.origin).joinById(roomId, { role: 'watch' });
  room.onMessage('welcome', () => undefined);
  room.onMessage('figures', (figures: FiguresMessage) => panel?.update(figures));
  room.onMessage('error', ({ code, message }: { code: string; message: string }) => tell(`${message} (${code})`));
  room.onMessage('ended', () => {
    isRecording = false;
    showBadge();
    offer(recordingId);
    room.leave().catch(() => undefined); // It is over, whatever the socket says.
  });
  room.onLeave((code) => {
    if (code !== 1000 && isRecording)
      tell('The connection to the server was lost: the figures stand still. Reload to try again.');
  });
}

/** Says why there is nothing to watch, and leads back to what there is. */
function fail(error: unknown): void {
  if (player === null) {
    setBadge('bad', 'not here');
    byId('about', HTMLParagraphElement).textContent = '';
    document.body.classList.add('gone');
  }
  const text = error instanceof Error ? error.message : String(error);
  tell(
    error instanceof ApiError && error.status === 401
      ? 'This session is private: log in, or ask for a link to it.'
      : error instanceof ApiError && error.code === 'NOT_FOUND'
        ? 'There is no such session: it was deleted, or the address is wrong.'
        : error instanceof TypeError
          ? 'The server does not answer. See that it runs, then load this page anew.'
          : text,
  );
  if (player === null) notice.append(' ', make('a', { href: '/' }, 'All sessions'));
}

async function start(): Promise<void> {
  const access = await openAccess();
  const { items } = await api<{ items: Running[] }>('/api/sessions');
  const running = items.find(({ roomId, recordingId }) => roomId === id || recordingId === id);
  isRecording = running !== undefined;
  const recording = await api<Recording>(`/api/recordings/${encodeURIComponent(running?.recordingId ?? id)}`);
  // A room is gone when its session is over; the recording stays.
  if (recording.id !== id) history.replaceState(null, '', `/session/${recording.id}${location.search}`);
  await customElements.whenDefined('sgaps-player');
  open(recording);
  if (access.required && access.scope === 'admin') offerShare(recording.id);
  if (running) await follow(running);
  else offer(recording.id, recording.archivedAt !== null);
}

document.addEventListener('keydown', (event) => {
  const { target } = event;
  const typing = target instanceof Element && target.closest('input, select, textarea, button, a, dialog, sgaps-player');
  if (!typing) (comparison ?? player)?.handleKey(event);
});

start().catch(fail);
