import type { Recording, Running } from '../lib/api.js';
import { make } from '../lib/dom.js';
import { clock, when } from '../lib/format.js';
import { figureList } from './figureList.js';
import { botAddress, type Game } from './Game.js';

const ENGINES: Readonly<Record<string, string>> = { phaser: 'Phaser', babylon: 'Babylon.js' };

/** A game of the gallery: its picture, what it shows, what was measured, and the ways into it. */
export class GameCard {
  readonly element: HTMLElement;
  private readonly badge = make('span', { class: 'badge on', hidden: '' }, 'live');
  private readonly watch: HTMLAnchorElement;

  constructor(game: Game) {
    const { name, title, description, url, cover, kind, engine, feature, figures } = game;
    const id = `game-${name}`;
    this.watch = make('a', { class: 'button', hidden: '' });
    const is = [kind, engine && (ENGINES[engine] ?? engine)].filter(Boolean).join(' · ');
    this.element = make(
      'article',
      { class: 'card example', 'aria-labelledby': id },
      make('div', { class: 'thumb' }, picture(cover, title), this.badge),
      make(
        'div',
        { class: 'body' },
        make('h2', { id }, title),
        ...(is ? [make('p', { class: 'kind' }, is)] : []),
        make('p', { class: 'facts' }, description),
        ...(feature
          ? [
              make(
                'div',
                { class: 'feature' },
                make('h3', {}, make('span', { class: 'visually-hidden' }, 'It shows: '), feature.title),
                make('p', {}, feature.text),
                make('p', { class: 'source' }, 'Source: ', make('code', {}, feature.source)),
              ),
            ]
          : []),
        figureList(figures),
        make(
          'div',
          { class: 'row ways' },
          make('a', { class: 'button primary', href: url, 'aria-label': `Play ${title}` }, 'Play'),
          make('a', { class: 'button', href: botAddress(game), 'aria-label': `Let the bot play ${title}` }, 'Let the bot play'),
          this.watch,
        ),
      ),
    );
  }

  /** Where to watch it: the session that is running, or else the last one; nowhere without either. */
  show(running: Running | undefined, last: Recording | undefined): void {
    const { watch, badge } = this;
    badge.hidden = running === undefined;
    watch.hidden = running === undefined && last === undefined;
    if (running) {
      watch.href = `/session/${running.roomId}`;
      watch.textContent = 'Watch it live';
      watch.title = '';
    } else if (last) {
      watch.href = `/session/${last.id}`;
      watch.textContent = 'Watch the last session';
      watch.title = `${when(last.startedAt)}, ${clock(last.durationMs)}`;
    }
  }
}

/** A picture of the game; the empty frame where there is none. */
function picture(cover: string | null, title: string): Node {
  if (cover === null) return document.createTextNode('');
  const size = { width: '640', height: '360' };
  return make('img', { src: cover, alt: `A moment of ${title}`, loading: 'lazy', decoding: 'async', ...size });
}
