import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type SgapsServer, startServer, type TokenClaims, Tokens } from '@sgaps/server';
import { pino } from 'pino';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SyntheticRecorder, until } from './server-support.js';
import { complaintsOfAxe } from './support/axe.js';
import { launchBrowser } from './support/browser.js';
import { focused, operable, tabThrough } from './support/keyboard.js';
import { readShown } from './support/watchPage.js';

/** Where the test leaves what a person would have seen. */
const SHOTS = fileURLToPath(new URL('../out/accessibility/', import.meta.url));
const SECRET = 'a-secret-of-tests-with-more-than-thirty-two-bytes';
const GRID = { width: 64, height: 36 };
const WAIT = { timeout: 20_000, interval: 50 };
const WIDE = { viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce', colorScheme: 'light' } as const;

const folder = mkdtempSync(join(tmpdir(), 'sgaps-accessible-'));
let server: SgapsServer;
let browser: Browser;
/** Of an admin who has logged in. */
let page: Page;
let live: SyntheticRecorder;
let stored: string;

const tokenFor = async (scope: TokenClaims['scope'], claims: Partial<TokenClaims> = {}): Promise<string> =>
  (await new Tokens([SECRET]).create({ scope, expiresIn: 3_600_000, ...claims })).token;

/** A browser of its own kind that has logged in with this token. */
async function contextOf(token: string, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const made = await browser.newContext({ ...WIDE, ...options });
  await made.request.post(`${server.url}/api/login`, { data: { token } });
  return made;
}

/** A folder of sample games, of which the dashboard shows one. */
function sampleGames(): string {
  const games = join(folder, 'examples');
  mkdirSync(join(games, 'hopper/dist'), { recursive: true });
  writeFileSync(join(games, 'hopper/dist/index.html'), '<!doctype html><title>Hopper</title>');
  writeFileSync(join(games, 'games.json'), JSON.stringify([{ name: 'hopper', title: 'Hopper', description: 'It hops' }]));
  return games;
}

beforeAll(async () => {
  mkdirSync(SHOTS, { recursive: true });
  server = await startServer({
    ...{ port: 0, host: '127.0.0.1', data: join(folder, 'data'), model: null, secret: SECRET, examples: sampleGames() },
    viewing: { port: 0, model: 'none' },
    log: pino({ level: 'silent' }),
  });
  browser = await launchBrowser();
  // It is built when it is asked for first.
  await fetch(`${server.url}/dashboard/player/element.js`);
  [stored, live] = await Promise.all([recordSession('synthetic'), record('synthetic')]);
  await live.play(8);
  page = await (await contextOf(await tokenFor('admin'))).newPage();
});

afterAll(async () => {
  await browser?.close();
  await live?.room.leave();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function record(game: string): Promise<SyntheticRecorder> {
  return SyntheticRecorder.join(server.url, { grid: GRID, game, token: await tokenFor('record') });
}

/** A session with two markers, and its id once it has ended. */
async function recordSession(game: string): Promise<string> {
  const recorder = await record(game);
  const id = recorder.welcome?.recordingId ?? '';
  for (const name of ['start', 'over']) {
    await recorder.play(32, { pause: 60 });
    recorder.room.send('event', { name, data: { level: 2 }, time: 0 });
  }
  await recorder.play(8);
  await recorder.room.leave();
  await until(() => server.store.writer(id) === undefined);
  return id;
}

/** Of a state in which something opened within a page, that part of it will do. */
async function expectAccessible(state: string, within = 'html', opened = page): Promise<void> {
  for (const colorScheme of process.env.SGAPS_SHOTS ? (['light', 'dark'] as const) : []) {
    await opened.emulateMedia({ colorScheme });
    await opened.screenshot({ path: join(SHOTS, `${state}-${colorScheme}.png`) });
  }
  expect(await complaintsOfAxe(opened, within), state).toEqual([]);
}

async function openSession(id: string): Promise<void> {
  await page.goto(`${server.url}/session/${id}`);
  await readShown(page);
}

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
const dialog = (name: string) => page.getByRole('dialog', { name });
const slider = () => page.getByRole('slider', { name: 'Position' });
const press = async (...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};
const nameOfFocused = async () => (await focused(page))?.name;

/** All that can be operated is reached by the tab key, in order, and is seen to be; and the focus leaves the page at its end. */
async function expectReachable(opened = page): Promise<void> {
  const all = (await operable(opened)).map(({ name }) => name);
  const passed = await tabThrough(opened);
  expect(passed.map(({ name }) => name)).toEqual(all);
  expect(passed.filter(({ isMarked }) => !isMarked)).toEqual([]);
}

describe('the dashboard', () => {
  it('asks for a token', async () => {
    const opened = await (await browser.newContext(WIDE)).newPage();
    await opened.goto(server.url);
    await opened.getByRole('dialog', { name: 'Log in' }).waitFor();
    expect((await focused(opened))?.name).toBe('input Token');
    await opened.keyboard.type('x');
    await opened.keyboard.press('Enter');
    await opened.locator('#login [role=status]:not(:empty)').waitFor();
    await expectAccessible('log-in', 'html', opened);
    await opened.getByLabel('Token').fill(await tokenFor('admin'));
    await opened.keyboard.press('Enter');
    await opened.locator('#recordings .cover').first().waitFor();
    await opened.context().close();
  });

  it('tells a newcomer what to do first', async () => {
    // Who sees nothing that others recorded.
    const opened = await (await contextOf(await tokenFor('watch', { games: ['none'] }))).newPage();
    await opened.goto(server.url);
    await opened.locator('#welcome').waitFor();
    await opened.getByRole('heading', { name: 'Sample games' }).waitFor();
    await expectAccessible('empty', 'html', opened);
    await expectReachable(opened);
    expect(await opened.getByRole('link', { name: 'Let a bot play' }).getAttribute('href')).toBe('/examples/hopper/?bot=1');
    await opened.context().close();
  });

  it('shows live and stored sessions, and is well where the server is not', async () => {
    await page.goto(server.url);
    await page.locator('#live .card img').waitFor();
    await page.locator('#recordings .cover').first().waitFor();
    await expectAccessible('sessions');
    await expectReachable();

    await page.locator('#search').fill('nothing of this name');
    await button('Show all').waitFor();
    await expectAccessible('no-match', '#main');
    await page.locator('#search').press('Tab');
    await button('Show all').press('Enter');
    await page.locator('#recordings .cover').first().waitFor();
    expect(await nameOfFocused()).toBe('input Search recordings');

    await page.route('**/api/sessions', (route) => route.abort());
    await page.getByText('The server does not answer').waitFor();
    await expectAccessible('unanswered');
    await page.unroute('**/api/sessions');
  });

  it('is operated by keys: dialogs keep the focus and give it back, and it is nowhere lost', async () => {
    // Another name at a second try: the first one's recording may still be there.
    const game = `orbit${Math.floor(performance.now())}`;
    const toast = () => page.locator('#toast').textContent();
    await recordSession(game);
    await page.goto(server.url);
    await button(new RegExp(`^Hold ${game}`)).focus();
    await press('Enter');
    await dialog('Hold this recording?').waitFor();
    await expectAccessible('hold', 'dialog[open]');
    for (let i = 0; i < 6; i++) {
      await press('Tab');
      const inside = await page.evaluate(
        () => document.activeElement === document.body || document.activeElement?.closest('dialog[open]') !== null,
      );
      expect(inside).toBe(true);
    }
    await press('Escape');
    expect(await nameOfFocused()).toMatch(`button Hold ${game}`);
    await press('Enter');
    await dialog('Hold this recording?').waitFor();
    await page.keyboard.type('evidence');
    await press('Enter');
    // It is said for some seconds only, so that is looked at first.
    await expect.poll(toast, WAIT).toBe('Recording held.');
    // What is pressed anew stands where it stood.
    await expect.poll(nameOfFocused, WAIT).toMatch(`button Release ${game}`);
    await press('Enter');
    await expect.poll(nameOfFocused, WAIT).toMatch(`button Hold ${game}`);
    await press('Tab', 'Enter');
    await dialog('Delete this recording?').waitFor();
    await expectAccessible('delete', 'dialog[open]');
    expect(await nameOfFocused()).toBe('button Keep it');
    await press('Tab', 'Enter');
    await expect.poll(toast, WAIT).toBe('Recording deleted.');
    await expect.poll(nameOfFocused, WAIT).toMatch(/^a .*synthetic$/);
  });

  it('has the theme that was chosen, on all its pages, before it draws anything', async () => {
    const opened = await (await contextOf(await tokenFor('admin'))).newPage();
    const choice = opened.getByLabel('Colours');
    const colours = () =>
      opened.evaluate(() => {
        const { backgroundColor } = getComputedStyle(document.documentElement);
        return [backgroundColor, document.documentElement.dataset.theme];
      });
    await opened.goto(server.url);
    const [ofSystem] = await colours();
    await choice.selectOption('dark');
    const [chosen] = await colours();
    expect(chosen).not.toBe(ofSystem);
    await opened.addInitScript(() => {
      new MutationObserver((_, observer) => {
        if (!document.body) return;
        observer.disconnect();
        Object.assign(window, { themeAtFirst: document.documentElement.dataset.theme });
      }).observe(document, { childList: true, subtree: true });
    });
    for (const path of ['/', `/session/${stored}`, '/dashboard/player/']) {
      await opened.goto(server.url + path);
      expect(await colours()).toEqual([chosen, 'dark']);
      expect(await opened.evaluate(() => (window as unknown as { themeAtFirst: unknown }).themeAtFirst)).toBe('dark');
      expect(await choice.inputValue()).toBe('dark');
    }
    await choice.selectOption('');
    expect(await colours()).toEqual([ofSystem, undefined]);
    await opened.context().close();
  });
});

describe('the page of a session', () => {
  it('is accessible with all that opens from it', async () => {
    await openSession(stored);
    await expectAccessible('session');
    await expectReachable();
    await button('Graph of values').click();
    for (const name of ['Speed', 'Markers', 'Overlays', 'Keyboard']) {
      await button(new RegExp(`^${name}`)).click();
      await page.locator('.popup:popover-open').waitFor();
      await expectAccessible(`session-${name.toLowerCase()}`, 'sgaps-player');
      if (name === 'Overlays') for (const layer of ['Samples', 'Uncertainty']) await page.getByLabel(layer).check();
      await press('Escape');
    }
    await expect.poll(() => page.locator('.legends').textContent(), WAIT).toContain('critical');
    await expectAccessible('session-overlays-on', 'sgaps-player');
    await button('Export').click();
    await expectAccessible('export', 'dialog[open]');
    await press('Escape');
    await button('Share').click();
    await expect.poll(() => page.locator('#share-link').inputValue(), WAIT).toContain('share=');
    await expectAccessible('share', 'dialog[open]');
    await press('Escape');
    expect(await nameOfFocused()).toBe('button Share');
    await button('Compare').click();
    await page.locator('sgaps-compare').getByRole('group', { name: 'Comparison' }).waitFor();
    await expectAccessible('compare', '#stage');
  });

  it('is accessible live, and says what to do where there is no session', async () => {
    await page.goto(`${server.url}/session/${live.welcome?.recordingId}`);
    await readShown(page);
    await page.locator('#figures .figure').first().waitFor();
    await expectAccessible('live');
    await page.goto(`${server.url}/session/none`);
    await page.getByRole('alert').getByRole('link', { name: 'All sessions' }).waitFor();
    await expectAccessible('no-session');
    await expectReachable();
  });

  it('has a player that is operated by keys', async () => {
    await openSession(stored);
    const player = () =>
      page.evaluate(() => {
        const { paused, currentTime = 0, duration = 0, playbackRate } = document.querySelector('sgaps-player')?.player ?? {};
        return { paused, part: currentTime / duration, playbackRate };
      });
    const status = page.locator('sgaps-player [role=status]');
    const part = async () => (await player()).part;
    await slider().focus();
    await press('End');
    await expect.poll(part, WAIT).toBeGreaterThan(0.95);
    await press('PageDown', 'PageDown', 'PageDown');
    await expect.poll(part, WAIT).toBeLessThan(0.75);
    await press('PageUp');
    await expect.poll(part, WAIT).toBeGreaterThan(0.75);
    expect(await slider().getAttribute('aria-valuetext')).toMatch(/^0:0\d\.\d of 0:0\d\.\d$/);
    await press('Home');
    await expect.poll(part, WAIT).toBeLessThan(0.5);
    await press(']');
    expect([(await player()).playbackRate, await status.textContent()]).toEqual([2, 'Speed 2×']);
    await press('[', 'k');
    expect([(await player()).paused, await status.textContent()]).toEqual([false, 'Playing']);
    await press('k');
    expect((await player()).paused).toBe(true);
    await press('m');
    await expect.poll(() => status.textContent()).toBe('start');

    // A dialog keeps the focus, and gives it back.
    await press('o');
    await expect.poll(nameOfFocused).toBe('input Samples');
    await press('Shift+Tab');
    expect(await nameOfFocused()).toBe('button Close');
    await press('Shift+Tab');
    expect(await nameOfFocused()).toBe('input Sharp pixels');
    await press('Tab', 'Enter');
    expect(await nameOfFocused()).toBe('button Overlays');
    // A menu is left.
    await button(/^Speed/).press('Enter');
    await expect.poll(nameOfFocused).toBe('button 1×');
    await press('Tab');
    await expect.poll(nameOfFocused).toBe('button Markers');
    await press('?');
    const keys = await dialog('Keyboard').textContent();
    for (const does of ['play or pause', 'next marker', 'full screen', 'overlays', 'slower, faster', 'this list'])
      expect(keys).toContain(does);
    expect(await nameOfFocused()).toBe('button Close');
    await press('Escape');
    await press('f');
    await expect.poll(() => page.evaluate(() => document.fullscreenElement?.localName), WAIT).toBe('sgaps-player');
    await expectAccessible('full-screen', 'sgaps-player');
    await press('f');
    await expect.poll(() => page.evaluate(() => document.fullscreenElement), WAIT).toBe(null);
  });
});

describe("the player's page", () => {
  it('is accessible with nothing, a recording and a file that is none', async () => {
    await page.goto(`${server.url}/dashboard/player/`);
    await button('Open a recording').last().waitFor();
    await expectAccessible('player-empty');
    await expectReachable();
    await page.goto(`${server.url}/dashboard/player/?recording=${encodeURIComponent(`/api/recordings/${stored}/download`)}`);
    await page.locator('#game', { hasText: 'synthetic' }).waitFor();
    await expectAccessible('player');
    await expectReachable();
    await page.setInputFiles('#file', { name: 'no.sgaps', mimeType: 'application/octet-stream', buffer: Buffer.from('none') });
    await page.locator('sgaps-player').getByRole('alert').waitFor();
    await expectAccessible('player-error', 'sgaps-player');
  });
});

/** Pages, once they show what they have to show. */
const PAGES = {
  home: async (opened: Page) => {
    await opened.goto(server.url);
    await opened.locator('#recordings .cover').first().waitFor();
  },
  session: async (opened: Page) => {
    await opened.goto(`${server.url}/session/${stored}`);
    await readShown(opened);
  },
  player: async (opened: Page) => {
    await opened.goto(`${server.url}/dashboard/player/`);
    await opened.getByRole('button', { name: 'Open a recording' }).last().waitFor();
  },
};

/** Names of what is too small for a finger: what one mostly presses wants 44 px, all else 24; but not what stands in a text. */
function tooSmall(opened: Page): Promise<string[]> {
  return opened.evaluate(() => {
    const found: string[] = [];
    const visit = (root: ParentNode) => {
      for (const element of root.querySelectorAll<HTMLElement>('*')) {
        if (element.shadowRoot) visit(element.shadowRoot);
        const isTarget = element.matches('a[href]:not(p a, .skip), button, select, input, [role=slider]');
        const { width, height, left, right } = element.getBoundingClientRect();
        const isShown = element.checkVisibility({ visibilityProperty: true }) && left < innerWidth && right > 0;
        if (!isTarget || !isShown) continue;
        const isMain = element.matches('.play, .button, .cover, .icon:not(.text), select, input:not([type=checkbox])');
        // One presses a box by its label too.
        const label = (element as HTMLInputElement).labels?.[0]?.getBoundingClientRect();
        const least = Math.min(Math.max(width, label?.width ?? 0), Math.max(height, label?.height ?? 0));
        if (least < (isMain ? 44 : 24)) found.push(`${element.outerHTML.slice(0, 90)}: ${least} px`);
      }
    };
    visit(document);
    return found;
  });
}

/** What is there only in part: text that its button or heading has no room for. */
function cutOff(opened: Page): Promise<string[]> {
  return opened.evaluate(() => {
    const found: string[] = [];
    const visit = (root: ParentNode) => {
      for (const element of root.querySelectorAll<HTMLElement>('*')) {
        if (element.shadowRoot) visit(element.shadowRoot);
        if (!element.matches('button, .button, .facts, h1, h2, .badge, .time') || !element.checkVisibility()) continue;
        const { scrollWidth, clientWidth, scrollHeight, clientHeight } = element;
        const isHidden = element.matches('.visually-hidden');
        if (!isHidden && (scrollWidth > clientWidth + 1 || scrollHeight > clientHeight + 1))
          found.push(element.outerHTML.slice(0, 90));
      }
    };
    visit(document);
    return found;
  });
}

describe('all pages', () => {
  const wider = (opened: Page) => opened.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  const moving = (opened: Page) => opened.evaluate(() => document.getAnimations().length);

  /** Does something with each page, in a browser of its own kind. */
  async function onEachPage(options: BrowserContextOptions, look: (opened: Page, name: string) => Promise<void>): Promise<void> {
    const other = await contextOf(await tokenFor('admin'), options);
    const opened = await other.newPage();
    try {
      for (const [name, open] of Object.entries(PAGES)) {
        await open(opened);
        await look(opened, name);
      }
    } finally {
      await other.close();
    }
  }

  async function keep(opened: Page, name: string): Promise<void> {
    if (process.env.SGAPS_SHOTS) await opened.screenshot({ path: join(SHOTS, `${name}.png`) });
  }

  it('fit screens of telephones and tablets, and are large enough for fingers', async () => {
    await onEachPage({ viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true }, async (opened, name) => {
      for (const [width, height] of [
        [360, 640],
        [390, 844],
        [844, 390],
        [820, 1180],
      ]) {
        await opened.setViewportSize({ width, height });
        await keep(opened, `${name}-${width}x${height}`);
        expect([await wider(opened), await tooSmall(opened)], `${name} at ${width} × ${height}`).toEqual([0, []]);
      }
    });
  });

  it('are as large as the reader wants text to be, tell by edges where colours are forced, and move nothing for who wants no motion', async () => {
    await onEachPage({}, async (opened, name) => {
      expect(await moving(opened), name).toBe(0);
      await opened.emulateMedia({ forcedColors: 'active' });
      await keep(opened, `${name}-forced-colours`);
      if (name === 'session') {
        const { track, played, ground } = await opened.evaluate(() => {
          const root = document.querySelector('sgaps-player')?.shadowRoot;
          const style = (selector: string) => getComputedStyle(root?.querySelector(selector) ?? document.body);
          return {
            track: style('.track').outlineStyle,
            played: style('.played').backgroundColor,
            ground: style('.player').backgroundColor,
          };
        });
        expect(track).toBe('solid');
        expect(played).not.toBe(ground);
      }
      await opened.emulateMedia({ forcedColors: 'none' });
      const client = await opened.context().newCDPSession(opened);
      await client.send('Page.setFontSizes', { fontSizes: { standard: 32, fixed: 26 } });
      expect(await opened.evaluate(() => Number.parseFloat(getComputedStyle(document.documentElement).fontSize))).toBe(30);
      await keep(opened, `${name}-text-200`);
      expect([await wider(opened), await cutOff(opened)], name).toEqual([0, []]);
      await client.detach();
    });
    // Of one that does not mind, there is something to stop: a live session has a pulse.
    await page.goto(server.url);
    await page.locator('#live .badge.on').waitFor();
    expect(await moving(page)).toBe(0);
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    expect(await moving(page)).toBe(1);
    await page.emulateMedia({ reducedMotion: 'reduce' });
  });
});
