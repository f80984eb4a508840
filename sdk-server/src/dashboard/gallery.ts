import type { Game } from './gallery/Game.js';
import { GameCard } from './gallery/GameCard.js';
import type { AccessInfo } from './lib/access.js';
import { ApiError, api, type Recording, type Running } from './lib/api.js';
import { byId } from './lib/dom.js';

const REFRESH = 4000;

const gallery = byId('gallery', HTMLDivElement);
const empty = byId('empty', HTMLParagraphElement);
const notice = byId('notice', HTMLParagraphElement);
const cards = new Map<string, GameCard>();
let runningIds: string | undefined;
const last = new Map<string, Recording>();

/** Says something about the whole page; nothing with an empty text. */
function tell(text: string): void {
  notice.textContent = text;
  notice.hidden = text === '';
}

const said = (error: unknown): string =>
  error instanceof ApiError ? error.message : 'The server does not answer; trying again.';

async function showGames(): Promise<void> {
  const games = await api<readonly Game[]>('/examples/games.json');
  tell('');
  for (const game of games) cards.set(game.name, new GameCard(game));
  gallery.replaceChildren(...[...cards.values()].map(({ element }) => element));
  gallery.removeAttribute('aria-busy');
  byId('foot', HTMLParagraphElement).hidden = !games.some(({ figures }) => figures);
  empty.hidden = games.length > 0;
  empty.textContent =
    'There are no sample games here. In the repository npm start builds them and serves them; another server gets them with --examples FOLDER.';
}

/** Finds what can be watched: sessions at each look, recordings when a session has begun or ended. */
async function showSessions(): Promise<void> {
  const { items } = await api<{ items: readonly Running[] }>('/api/sessions');
  const ids = items.map(({ roomId }) => roomId).join();
  if (ids !== runningIds) {
    await Promise.all([...cards.keys()].map(findLast));
    runningIds = ids;
  }
  for (const [name, card] of cards)
    card.show(
      items.findLast(({ game }) => game === name),
      last.get(name),
    );
}

async function findLast(game: string): Promise<void> {
  const query = new URLSearchParams({ game, order: 'newest', limit: '5' });
  const { items } = await api<{ items: readonly Recording[] }>(`/api/recordings?${query}`);
  const ended = items.find(({ status, frames }) => status !== 'recording' && frames > 0);
  if (ended) last.set(game, ended);
  else last.delete(game);
}

/** Keeps looking while the page is visible. */
async function watch(): Promise<void> {
  for (;;) {
    if (!document.hidden) {
      try {
        await showSessions();
        tell('');
      } catch (error) {
        tell(said(error));
      }
    }
    await new Promise((resolve) => setTimeout(resolve, REFRESH));
  }
}

async function open(): Promise<void> {
  await showGames();
  if (cards.size === 0) return;
  const { required, scope } = await api<AccessInfo>('/api/access');
  if (!required || scope === 'watch' || scope === 'admin') return watch();
  // Anybody may play. What is recorded is for others to see.
  notice.replaceChildren(
    'This server is private: ',
    Object.assign(document.createElement('a'), { href: '/', textContent: 'log in' }),
  );
  notice.append(' to watch sessions. Whether you are recorded depends on whether the games here have a key.');
  notice.hidden = false;
}

/** Opens the page, again and again where the server does not answer. */
async function begin(): Promise<void> {
  for (;;) {
    try {
      return await open();
    } catch (error) {
      tell(said(error));
    }
    await new Promise((resolve) => setTimeout(resolve, REFRESH));
  }
}

void begin();
