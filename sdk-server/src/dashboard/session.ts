import { Client, type Room } from '@colyseus/sdk';
import { decodePicture, type OverlayLayer } from '@sgaps/protocol';
import { ApiError, api, type Recording, type Running } from './lib/api.js';
import { byId, make } from './lib/dom.js';
import { type FiguresMessage, FiguresPanel } from './lib/figures.js';
import { clock, when } from './lib/format.js';
import { gradientOf, OVERLAY_STYLES } from './lib/overlayStyles.js';
import { Screen } from './lib/screen.js';
import { type Marker, TransportBar } from './lib/transport.js';

/** The `welcome` message of both rooms, as far as it is used here. */
interface Welcome {
  readonly game: string;
  readonly engine: string;
  readonly grid: { readonly width: number; readonly height: number };
  readonly fps: number;
  readonly startedAt: number;
  readonly recordingId: string;
}

const id = decodeURIComponent(location.pathname.split('/')[2] ?? '');
const query = new URLSearchParams(location.search);
const wantsReplay = query.has('replay');
/** `?t=12.5` opens a recording at 12.5 s. */
const startTime = Math.max(0, 1000 * Number(query.get('t') ?? 0) || 0);
/** Later than any recording lasts: its end. */
const LAST = 1e12;
const client = new Client(location.origin);
const stage = byId('stage', HTMLDivElement);
const picture = byId('picture', HTMLCanvasElement);
const overlayCanvas = byId('overlay', HTMLCanvasElement);
const notice = byId('notice', HTMLDivElement);
const badge = byId('badge', HTMLSpanElement);
const switcher = byId('switch', HTMLAnchorElement);

let room: Room | null = null;
let screen: Screen | null = null;
let panel: FiguresPanel | null = null;
let bar: TransportBar | null = null;
const overlays = new Set<OverlayLayer>();
const toggleButtons = new Map<OverlayLayer, HTMLButtonElement>();

function tell(text: string | null): void {
  notice.hidden = text === null;
  notice.textContent = text ?? '';
}

function setBadge(kind: 'on' | 'off' | 'bad', text: string): void {
  badge.className = `badge ${kind}`;
  badge.textContent = text;
}

/** What both kinds of room send. */
function listen(joined: Room, live: boolean): void {
  joined.onMessage('welcome', (welcome: Welcome) => {
    const { width, height } = welcome.grid;
    document.title = `${welcome.game} · SGAPS`;
    byId('game', HTMLHeadingElement).textContent = welcome.game;
    byId('about', HTMLParagraphElement).textContent =
      `${when(welcome.startedAt)} · ${welcome.engine} · ${width}×${height} at ${Math.round(welcome.fps)} fps`;
    stage.style.setProperty('--aspect', `${width} / ${height}`);
    stage.style.setProperty('--ratio', String(width / height));
    if (!screen) screen = new Screen(picture, overlayCanvas, width, height);
    panel = new FiguresPanel(byId('figures', HTMLDivElement), width * height, { live });
    sendOverlays();
  });
  joined.onMessage('frame', (bytes: Uint8Array) => {
    tell(null);
    screen?.frame(decodePicture(bytes)).catch((error: unknown) => tell(`This frame could not be shown: ${String(error)}`));
  });
  joined.onMessage('overlay', (bytes: Uint8Array) => {
    screen?.overlay(decodePicture(bytes)).catch((error: unknown) => tell(`This overlay could not be shown: ${String(error)}`));
  });
  joined.onMessage('error', ({ code, message }: { code: string; message: string }) => tell(`${message} (${code})`));
  joined.onMessage('figures', (figures: FiguresMessage) => {
    panel?.update(figures);
    bar?.update(figures.position, figures.duration, figures.playing ?? false, figures.seeking ?? false);
    byId('seeking', HTMLDivElement).hidden = figures.seeking !== true;
    if (live) badge.textContent = `live ${clock(figures.position)}`;
    if (figures.growing) showSwitch('Go live', location.pathname);
  });
  joined.onLeave((code) => {
    if (joined !== room || code === 1000) return;
    setBadge('bad', 'disconnected');
    tell('The connection to the server was lost. Reload the page to try again.');
  });
}

function showSwitch(text: string, href: string): void {
  switcher.hidden = false;
  switcher.textContent = text;
  switcher.href = href;
}

async function watchLive({ roomId, recordingId }: Running): Promise<void> {
  const joined = await client.joinById(roomId, { role: 'watch' });
  room = joined;
  setBadge('on', 'live');
  showSwitch('Rewind', `/session/${recordingId}?replay`);
  joined.onMessage('ended', () => {
    switcher.hidden = true;
    setBadge('off', 'ended');
    // The last frame stays on screen while the stored recording is opened behind it.
    joined.leave().then(
      () => replay(recordingId, LAST),
      (error: unknown) => fail(error),
    );
  });
  listen(joined, true);
}

async function replay(recordingId: string, time: number): Promise<void> {
  if (!location.pathname.endsWith(recordingId)) history.replaceState(null, '', `/session/${recordingId}`);
  const joined = await client.create('sgaps-playback', { recordingId, time });
  room = joined;
  setBadge('off', 'recording');
  bar ??= new TransportBar({
    play: () => room?.send('play'),
    pause: () => room?.send('pause'),
    seek: (time) => room?.send('seek', { time }),
    rate: (rate) => room?.send('rate', { rate }),
    step: (frames) => room?.send('step', { frames }),
  });
  joined.onMessage('events', (events: Marker[]) => bar?.setEvents(events));
  joined.onMessage('ended', () => undefined);
  listen(joined, false);
  const row = await api<Recording>(`/api/recordings/${recordingId}`);
  if (row.status === 'recording') return;
  const download = byId('download', HTMLAnchorElement);
  download.hidden = false;
  download.href = `/api/recordings/${recordingId}/download`;
  const local = byId('local', HTMLAnchorElement);
  local.hidden = false;
  local.href = `/dashboard/player/?recording=${encodeURIComponent(download.pathname)}`;
}

function fail(error: unknown): void {
  setBadge('bad', 'not here');
  const text = error instanceof Error ? error.message : String(error);
  tell(
    error instanceof ApiError && error.code === 'NOT_FOUND'
      ? 'There is no such session: it was deleted, or the address is wrong.'
      : text,
  );
}

async function start(): Promise<void> {
  const { items } = await api<{ items: Running[] }>('/api/sessions');
  const running = items.find(({ roomId, recordingId }) => roomId === id || recordingId === id);
  if (running && !(wantsReplay && running.recordingId === id)) await watchLive(running);
  else {
    await api<Recording>(`/api/recordings/${encodeURIComponent(id)}`);
    await replay(id, startTime);
  }
}

function sendOverlays(): void {
  screen?.enable(overlays);
  room?.send('watch', { overlays: [...overlays] });
}

function toggleOverlay(layer: OverlayLayer): void {
  if (!overlays.delete(layer)) overlays.add(layer);
  toggleButtons.get(layer)?.setAttribute('aria-pressed', String(overlays.has(layer)));
  showLegends();
  sendOverlays();
}

function showLegends(): void {
  const legends = OVERLAY_STYLES.filter(({ layer }) => overlays.has(layer)).map((style) => {
    const label = make('span', { class: 'label' }, style.name);
    if (!style.kinds) {
      const scale = make('span', { class: 'scale', style: `background-image:${gradientOf(style)}` });
      return make('div', { class: 'legend' }, label, make('span', {}, style.low), scale, make('span', {}, style.high));
    }
    const kinds = style.kinds.map(([name, colour]) =>
      make('span', { class: 'tier' }, make('i', { style: `background:${colour}` }), name),
    );
    return make('div', { class: 'legend' }, label, ...kinds, ...(style.note ? [make('span', {}, style.note)] : []));
  });
  byId('legends', HTMLDivElement).replaceChildren(...legends);
}

function buildTools(): void {
  OVERLAY_STYLES.forEach(({ layer, name }, i) => {
    const button = make('button', { class: `toggle ${layer}`, 'aria-pressed': 'false', title: `${name}  ( ${i + 1} )` }, name);
    button.addEventListener('click', () => toggleOverlay(layer));
    toggleButtons.set(layer, button);
    byId('toggles', HTMLDivElement).append(button);
  });
  const strength = byId('strength', HTMLInputElement);
  strength.addEventListener('input', () => {
    if (screen) screen.strength = strength.valueAsNumber;
  });
  byId('pixelated', HTMLButtonElement).addEventListener('click', togglePixelated);
  byId('fullscreen', HTMLButtonElement).addEventListener('click', toggleFullscreen);
}

function togglePixelated(): void {
  const on = stage.classList.toggle('pixelated');
  byId('pixelated', HTMLButtonElement).setAttribute('aria-pressed', String(on));
}

function toggleFullscreen(): void {
  const done = document.fullscreenElement ? document.exitFullscreen() : stage.requestFullscreen();
  done.catch((error: unknown) => tell(`No fullscreen here: ${String(error)}`));
}

const KEYS: Readonly<Record<string, () => void>> = {
  ' ': () => bar?.toggle(),
  ArrowLeft: () => bar?.skip(-5000),
  ArrowRight: () => bar?.skip(5000),
  ',': () => bar?.step(-1),
  '.': () => bar?.step(1),
  '[': () => bar?.shiftRate(-1),
  ']': () => bar?.shiftRate(1),
  p: togglePixelated,
  f: toggleFullscreen,
  ...Object.fromEntries(OVERLAY_STYLES.map(({ layer }, i) => [String(i + 1), () => toggleOverlay(layer)])),
};

document.addEventListener('keydown', (event) => {
  const target = event.target;
  const typing =
    target instanceof HTMLSelectElement ||
    target instanceof HTMLInputElement ||
    (target instanceof HTMLButtonElement && event.key === ' ');
  const action = KEYS[event.key];
  if (!action || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  action();
});

buildTools();
start().catch(fail);
