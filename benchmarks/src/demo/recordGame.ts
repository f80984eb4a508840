import { setTimeout as wait } from 'node:timers/promises';
import { SgapsError } from '@sgaps/protocol';
import type { SgapsServer } from '@sgaps/server';
import type { Page } from 'playwright-core';
import { launchChromium } from '../browser/launchChromium.js';
import { StaticServer } from '../browser/StaticServer.js';

/**
 * What to record.
 *
 * @example
 * ```ts
 * const options: RecordOptions = { server, game: 'phaser-platformer', seconds: 10, seed: 7, clock: 'real', onTruth };
 * ```
 */
export interface RecordOptions {
  readonly server: SgapsServer;
  readonly game: string;
  readonly seconds: number;
  readonly seed: number;
  /**
   * `real`: as a player sees it, however slow the machine. `virtual`: the game advances 1/30 s with every frame, never faster than real time,
   * so that what is recorded does not depend on the machine.
   */
  readonly clock: 'real' | 'virtual';
  /** Gets the true grid picture of every sampled frame; without, none is read back, which would take the game's time. */
  readonly onTruth?: (frameId: number, rgb: Uint8Array) => void;
  /** True where depth is to be recorded beside colour; default false. */
  readonly depth?: boolean;
  /** Gets the page before it goes to the game. */
  readonly onPage?: (page: Page) => Promise<void>;
  /** Gets the page while the recording still runs, at its end. */
  readonly onRecorded?: (page: Page) => Promise<void>;
  /** Gets the page once the recording was stopped, before it is closed. The game stands still where the clock is virtual. */
  readonly onStopped?: (page: Page) => Promise<void>;
}

/** What posted pictures may take to arrive, ms. */
const SETTLE = 500;

/** Steps of the virtual clock, as many as frames are sampled. */
const STEPS_PER_SECOND = 30;

/** How long a finished recording may take to be closed, ms. */
const CLOSE_WITHIN = 30_000;

/**
 * Lets a sample game's bot play in headless Chromium, recording itself over a real socket, and returns the id of the finished recording. Throws
 * `NOT_FOUND` where the server has no such game and `CLOSED` where nothing was recorded.
 *
 * @example
 * ```ts
 * const id = await recordGame({ server, game: 'phaser-platformer', seconds: 10, seed: 7, clock: 'real', onTruth: (id, rgb) => truths.put(id, rgb) });
 * ```
 */
export async function recordGame(options: RecordOptions): Promise<string> {
  const { server, game, seconds, seed, clock, onTruth, depth = false, onPage, onRecorded, onStopped } = options;
  if (!server.games.includes(game)) {
    throw new SgapsError(
      'NOT_FOUND',
      `No built sample game ${game}; there are: ${server.games.join(', ') || 'none, run npm run build'}.`,
    );
  }
  const inbox = await StaticServer.start(import.meta.dirname, (body, query) => onTruth?.(Number(query.get('frame')), body));
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 }, deviceScaleFactor: 1 });
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') console.error(`page: ${message.text()}`);
    });
    page.on('pageerror', (error) => console.error(`page: ${error.message}`));
    if (onTruth) await page.addInitScript({ content: truthScript(`${inbox.origin}${StaticServer.POST_PATH}`) });
    await onPage?.(page);
    await page.goto(
      `${server.url}/examples/${game}/?bot=1&seed=${seed}&autostart=1&micros=Infinity${clock === 'virtual' ? '&clock=virtual' : ''}${depth ? '&depth=1' : ''}`,
    );
    await waitFor(
      async () => (await server.catalog.list({ status: 'recording', limit: 1 })).items.length > 0,
      'the recording did not begin',
    );
    const [{ id }] = (await server.catalog.list({ status: 'recording', limit: 1 })).items;
    console.error(`recording ${id} for ${seconds} s`);
    if (clock === 'real') await wait(1000 * seconds);
    else await page.evaluate(stepScript(Math.round(seconds * STEPS_PER_SECOND)));
    await onRecorded?.(page);
    // What is under way is sent first; then the true pictures still on their way come in.
    await page.evaluate("(window.sgapsRecording ?? window.sgapsGame.plugins.get('sgaps')).stop()");
    await page.waitForTimeout(SETTLE);
    await onStopped?.(page);
    await page.close();
    await waitFor(async () => (await server.catalog.get(id))?.status === 'finished', `recording ${id} was not finished`);
    return id;
  } finally {
    await browser.close();
    await inbox.close();
  }
}

/** Steps the page's virtual clock, each step no sooner than its time in real life. */
function stepScript(steps: number): string {
  return `(async () => {
    for (let i = 0; i < ${steps}; i++) {
      const due = new Promise((resolve) => setTimeout(resolve, ${1000 / STEPS_PER_SECOND}));
      window.sgapsClock.step(${1000 / STEPS_PER_SECOND});
      await due;
    }
  })()`;
}

/** Puts `sgapsTruth` on the page, which the sample games hand to their recorder: it posts every true picture. Plain text, so that nothing is compiled in. */
function truthScript(post: string): string {
  return `window.sgapsTruth = (frameId, time, rgb) => {
    fetch(${JSON.stringify(post)} + '?frame=' + frameId, { method: 'POST', body: rgb.slice() }).catch((error) => console.warn(String(error)));
  };`;
}

async function waitFor(done: () => Promise<boolean>, failure: string): Promise<void> {
  const until = performance.now() + CLOSE_WITHIN;
  while (!(await done())) {
    if (performance.now() > until) throw new SgapsError('CLOSED', `After ${CLOSE_WITHIN / 1000} s ${failure}.`);
    await wait(100);
  }
}
