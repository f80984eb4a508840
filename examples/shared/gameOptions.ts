/** What the address bar may ask of a sample game; every sample game understands the same words. */
export interface GameOptions {
  /** `?bot=1`: the bot plays. */
  bot: boolean;
  /** `?seed=7`: seed of the bot and of every random detail; default 1. */
  seed: number;
  /** `?level=2`: level to start with; default 1. */
  level: number;
  /** `?autostart=1`: do not wait in the menu. */
  autostart: boolean;
  /** `?record=0` turns recording off; default on. */
  record: boolean;
  /** `?endpoint=ws://host:port`: SGAPS server; default: the page's own origin. */
  endpoint: string;
  /** `?micros=33`: main-thread µs a frame that recording may cost; `?micros=Infinity` records in full whatever it costs. */
  micros: number | undefined;
  /** `?depth=1`: records depth beside colour, where the engine gives it. */
  depth: boolean;
  /** `?clock=virtual`: the page waits for `window.sgapsClock.step(ms)`. */
  virtualClock: boolean;
}

/**
 * Reads the options from a query string.
 *
 * @example
 * ```ts
 * const options = readGameOptions(new URL(location.href));
 * ```
 */
export function readGameOptions(url: URL): GameOptions {
  const query = url.searchParams;
  const origin = `${url.protocol === 'https:' ? 'wss:' : 'ws:'}//${url.host}`;
  return {
    bot: query.get('bot') === '1',
    seed: wholeNumber(query.get('seed'), 1),
    level: Math.max(1, wholeNumber(query.get('level'), 1)),
    autostart: query.get('autostart') === '1',
    record: query.get('record') !== '0',
    endpoint: query.get('endpoint') ?? origin,
    micros: Number(query.get('micros') ?? Number.NaN) || undefined,
    depth: query.get('depth') === '1',
    virtualClock: query.get('clock') === 'virtual',
  };
}

function wholeNumber(text: string | null, otherwise: number): number {
  const value = Number.parseInt(text ?? '', 10);
  return Number.isFinite(value) ? value : otherwise;
}
