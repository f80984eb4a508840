import { botAddress, type Game } from './gallery/Game.js';
import { asksForToken, openAccess } from './lib/access.js';
import { ApiError, api, type Readiness, type Recording, type Running } from './lib/api.js';
import { answerOf, byId, make, setText } from './lib/dom.js';
import { bytes, clock, when } from './lib/format.js';
import { replaceCards } from './lib/keepFocus.js';
import { showUsage, toggleHold } from './lib/keeping.js';
import { recordingCard, thumbnail } from './lib/recordingCard.js';

const PAGE = 24;
const REFRESH = 2000;

const live = byId('live', HTMLDivElement);
const recordings = byId('recordings', HTMLDivElement);
const search = byId('search', HTMLInputElement);
const status = byId('status', HTMLSelectElement);
const order = byId('order', HTMLSelectElement);
const more = byId('more', HTMLButtonElement);
const health = byId('health', HTMLParagraphElement);
const toast = byId('toast', HTMLDivElement);
const clear = byId('clear', HTMLButtonElement);
const confirmation = byId('confirm', HTMLDialogElement);

const liveCards = new Map<string, { card: HTMLElement; picture: HTMLImageElement; facts: HTMLElement }>();
let shown = PAGE;
/** Whoever looks may delete. */
let isAdmin = false;
let runningIds = '';

function liveCard(session: Running): { card: HTMLElement; picture: HTMLImageElement; facts: HTMLElement } {
  const picture = thumbnail('', `${session.game}, as it is being played`);
  const facts = make('p', { class: 'facts' });
  const card = make(
    'a',
    { class: 'card', href: `/session/${session.roomId}` },
    make('div', { class: 'thumb' }, picture, make('span', { class: 'badge on' }, 'live')),
    make('div', { class: 'body' }, make('h3', {}, session.game), facts),
  );
  return { card, picture, facts };
}

async function refreshLive(): Promise<void> {
  const { items } = await api<{ items: Running[] }>('/api/sessions');
  for (const [id, { card }] of liveCards) {
    if (items.some(({ roomId }) => roomId === id)) continue;
    card.remove();
    liveCards.delete(id);
  }
  for (const session of items) {
    let entry = liveCards.get(session.roomId);
    if (!entry) {
      entry = liveCard(session);
      liveCards.set(session.roomId, entry);
      live.append(entry.card);
    }
    entry.picture.src = `/api/sessions/${session.roomId}/thumbnail?${Date.now()}`;
    const rate = bytes(session.bytesUp + session.bytesDown);
    entry.facts.textContent = `${clock(session.durationMs)} · ${Math.round(session.fps)} fps · ${rate}/s`;
  }
  setText(byId('live-count', HTMLSpanElement), items.length > 0 ? String(items.length) : '');
  const empty = byId('live-empty', HTMLParagraphElement);
  empty.hidden = items.length > 0;
  setText(empty, 'Nobody is playing. A session shows up here as soon as a game that records connects.');
  const ids = items.map(({ roomId }) => roomId).join();
  // A session that began or ended changes the list below too.
  if (ids !== runningIds) {
    runningIds = ids;
    await refreshRecordings();
  }
}

async function refreshRecordings(): Promise<void> {
  const query = new URLSearchParams({
    search: search.value.trim(),
    status: status.value,
    order: order.value,
    limit: String(shown),
  });
  const { items, total } = await api<{ items: Recording[]; total: number }>(`/api/recordings?${query}`);
  const stored = items.filter((recording) => recording.status !== 'recording');
  const actions = { hold: holdOrRelease, remove: askAndDelete };
  replaceCards(
    recordings,
    stored.map((recording) => recordingCard(recording, isAdmin ? actions : null)),
    byId('recordings-title', HTMLHeadingElement),
  );
  recordings.removeAttribute('aria-busy');
  const running = items.length - stored.length;
  setText(byId('recording-count', HTMLSpanElement), total - running > 0 ? String(total - running) : '');
  const filtered = search.value.trim() !== '' || status.value !== '';
  byId('recordings-empty', HTMLDivElement).hidden = stored.length > 0;
  setText(
    byId('recordings-none', HTMLParagraphElement),
    filtered ? 'No recording matches.' : 'Nothing has been recorded yet. Every session lands here when it ends.',
  );
  clear.hidden = !filtered;
  byId('welcome', HTMLElement).hidden = filtered || total > 0;
  more.hidden = items.length >= total;
  await showUsage();
}

async function holdOrRelease(recording: Recording): Promise<void> {
  try {
    if (await toggleHold(recording)) say(recording.held === null ? 'Recording held.' : 'Recording released.');
  } catch (error) {
    tell(error);
  }
  await refreshRecordings();
}

async function askAndDelete({ id, game, startedAt, durationMs, bytes: size }: Recording): Promise<void> {
  byId('confirm-text', HTMLParagraphElement).textContent =
    `${game}, ${when(startedAt)}, ${clock(durationMs)}, ${bytes(size)}. The file is removed for good.`;
  const answer = answerOf(confirmation);
  byId('confirm-no', HTMLButtonElement).focus();
  if ((await answer) !== 'yes') return;
  try {
    await api(`/api/recordings/${id}`, { method: 'DELETE' });
    say('Recording deleted.');
  } catch (error) {
    tell(error);
  }
  await refreshRecordings();
}

/** What failed; nothing where the page asks for a token, which says it all. */
function tell(error: unknown): void {
  if (!asksForToken()) say(error instanceof ApiError ? error.message : 'The server did not answer.');
}

let toastTimer = 0;
function say(text: string): void {
  toast.textContent = text;
  clearTimeout(toastTimer);
  toastTimer = window.setTimeout(() => toast.replaceChildren(), 4000);
}

/** Leads to a window of its own: in a tab that is hidden behind this one, the game would stand still. */
function openBeside(link: HTMLAnchorElement, address: string): void {
  link.href = address;
  link.addEventListener('click', (event) => {
    if (window.open(address, '_blank', 'popup,width=960,height=600')) event.preventDefault();
  });
}

async function showGames(): Promise<void> {
  const games = await api<Game[]>('/examples/games.json');
  byId('games-section', HTMLElement).hidden = games.length === 0;
  byId('welcome-games', HTMLLIElement).hidden = games.length === 0;
  if (games.length > 0) openBeside(byId('welcome-bot', HTMLAnchorElement), botAddress(games[0]));
  byId('games', HTMLDivElement).replaceChildren(
    ...games.map((game) =>
      make(
        'article',
        { class: 'game' },
        make('div', {}, make('h3', {}, game.title), make('p', {}, game.description)),
        make(
          'div',
          { class: 'row' },
          make('a', { class: 'button primary', href: game.url, 'aria-label': `Play ${game.title}` }, 'Play'),
          make(
            'a',
            { class: 'button', href: botAddress(game), 'aria-label': `Let the bot play ${game.title}` },
            'Let the bot play',
          ),
        ),
      ),
    ),
  );
}

/** Why the server takes no sessions, as `/readyz` says; nothing where it does. */
async function trouble(): Promise<string> {
  const { ready, checks } = (await (await fetch('/readyz')).json()) as Readiness;
  const unwell = Object.entries(checks).filter(([, { ok }]) => !ok);
  return ready ? '' : `No sessions are taken. ${unwell.map(([name, { why }]) => `${name}: ${why}`).join(' ')}`;
}

/** Runs `task` now and every `REFRESH` ms while the page is visible; says when the server is gone. */
async function poll(task: () => Promise<void>): Promise<void> {
  for (;;) {
    if (!document.hidden && !asksForToken()) {
      try {
        await task();
        setText(health, await trouble());
      } catch (error) {
        const unanswered = 'The server does not answer; trying again every two seconds. See that it runs: sgaps serve.';
        setText(health, asksForToken() ? '' : error instanceof ApiError ? error.message : unanswered);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, REFRESH));
  }
}

const reload = (): void => {
  shown = PAGE;
  refreshRecordings().catch(tell);
};
let typing = 0;
search.addEventListener('input', () => {
  clearTimeout(typing);
  typing = window.setTimeout(reload, 200);
});
byId('filters', HTMLFormElement).addEventListener('submit', (event) => event.preventDefault());
status.addEventListener('change', reload);
order.addEventListener('change', reload);
clear.addEventListener('click', () => {
  search.value = status.value = '';
  search.focus();
  reload();
});
more.addEventListener('click', () => {
  const before = recordings.childElementCount;
  shown = Math.min(500, shown + PAGE);
  refreshRecordings().then(() => recordings.children[before]?.querySelector('a')?.focus(), tell);
});
byId('confirm-no', HTMLButtonElement).addEventListener('click', () => confirmation.close('no'));
byId('hold-no', HTMLButtonElement).addEventListener('click', () => byId('holding', HTMLDialogElement).close('no'));
byId('confirm-yes', HTMLButtonElement).addEventListener('click', () => confirmation.close('yes'));
byId('endpoint', HTMLSpanElement).textContent = location.origin;

showGames().catch(tell);
openAccess()
  .then(({ scope }) => {
    isAdmin = scope === 'admin';
  })
  .catch(tell)
  .finally(() => {
    if (asksForToken()) return;
    reload();
    void poll(refreshLive);
  });
