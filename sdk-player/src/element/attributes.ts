import { RemoteSource, type RemoteSourceOptions, type ReplayPlayerOptions, type ReplaySource } from '@sgaps/client/player';
import { LIVE_EDGE } from '@sgaps/protocol';
import { LocalSource } from '../player/LocalSource.js';
import { RATES } from './transport.js';

/** Attributes that say what is played. */
export const SOURCE_ATTRIBUTES = ['src', 'model', 'archive-model', 'server', 'recording', 'encoder', 'channel', 'token'] as const;

/** How the source that the attributes name is made; null where they name none. */
export function sourceOf(element: Element): (() => ReplaySource | Promise<ReplaySource>) | null {
  const [src, model, archiveModel, server, recording, encoder, channel, token] = SOURCE_ATTRIBUTES.map(
    (name) => element.getAttribute(name) ?? undefined,
  );
  if (src !== undefined) return () => LocalSource.open(src, { model: model ?? null, archiveModel: archiveModel ?? null, token });
  if (server === undefined || recording === undefined) return null;
  // What it is given is checked there, and told as an error.
  return () => {
    const address = new URL(server, document.baseURI).href.replace(/\/$/, '');
    return new RemoteSource({ server: address, recording, encoder, channel, token } as RemoteSourceOptions);
  };
}

/** How it is to be played. */
export function playingOf(element: Element): ReplayPlayerOptions {
  return {
    autoplay: element.hasAttribute('autoplay'),
    loop: element.hasAttribute('loop'),
    currentTime: element.hasAttribute('live') ? LIVE_EDGE : timeOf(element.getAttribute('time')),
    playbackRate: rateOf(element.getAttribute('rate')),
  };
}

/** The time that an attribute says, or 0. */
export function timeOf(value: string | null): number {
  return Math.max(0, Number(value) || 0);
}

/** The speed that is nearest to what an attribute says; 1 where it says none. */
export function rateOf(value: string | null): number {
  const rate = Number(value) || 1;
  return Math.sign(rate) * Math.min(rate < 0 ? -RATES[0] : RATES[RATES.length - 1], Math.max(0.25, Math.abs(rate)));
}
