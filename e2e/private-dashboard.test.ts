import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SgapsServer, startServer, type TokenClaims, Tokens } from '@sgaps/server';
import { pino } from 'pino';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SyntheticRecorder, until } from './server-support.js';
import { launchBrowser } from './support/browser.js';
import { openDashboard, readShown } from './support/watchPage.js';

const SECRET = 'a-secret-of-tests-with-more-than-thirty-two-bytes';
const tokens = new Tokens([SECRET]);
const tokenFor = async (scope: TokenClaims['scope'], claims: Partial<TokenClaims> = {}): Promise<string> =>
  (await tokens.create({ scope, expiresIn: 3_600_000, ...claims })).token;

/** One that expired an hour ago. */
function expiredToken(): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: 'sgaps', aud: 'sgaps', jti: 'old', iat: now - 7200, exp: now - 3600, scope: 'admin', games: '*' };
  const signed = [{ alg: 'HS256' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`;
}

const data = mkdtempSync(join(tmpdir(), 'sgaps-private-'));
const lines: string[] = [];
let server: SgapsServer;
let browser: Browser;
let id: string;

beforeAll(async () => {
  server = await startServer({
    ...{ port: 0, host: '127.0.0.1', data, model: null, secret: SECRET },
    viewing: { port: 0, model: 'none' },
    log: pino({}, { write: (line: string) => void lines.push(line) }),
  });
  browser = await launchBrowser();
  await Promise.all(['session/none', 'dashboard/player/element.js'].map((path) => fetch(`${server.url}/${path}`)));
  const recorder = await SyntheticRecorder.join(server.url, { grid: { width: 64, height: 36 }, token: await tokenFor('record') });
  id = recorder.welcome?.recordingId ?? '';
  await recorder.play(32, { pause: 40 });
  await recorder.room.leave();
  await until(() => server.store.writer(id) === undefined);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  rmSync(data, { recursive: true, force: true });
});

async function logIn(page: Page, token: string): Promise<void> {
  await page.locator('#login input').fill(token);
  await page.locator('#login button[type=submit]').click();
}

it('the dashboard asks for a token, keeps it where no script reads it, and forgets it at the end', async () => {
  const page = await openDashboard(browser, `${server.url}/`);
  await page.locator('#login').waitFor();
  await logIn(page, expiredToken());
  await page.locator('#login [role=status]', { hasText: 'expired' }).waitFor();
  await logIn(page, await tokenFor('record'));
  await page.locator('#login [role=status]', { hasText: 'records' }).waitFor();
  await logIn(page, await tokenFor('watch'));
  await page.locator(`#recordings a[href='/session/${id}']`).first().waitFor();
  expect(await page.locator('#recordings button', { hasText: 'Delete' }).count()).toBe(0);
  const [cookie] = await page.context().cookies();
  expect(cookie).toMatchObject({ name: 'sgaps', httpOnly: true, sameSite: 'Strict' });
  expect(await page.evaluate(() => document.cookie)).toBe('');
  await page.goto(`${server.url}/session/${id}`);
  await readShown(page);
  // The browser's own player reads the recording by the cookie too.
  await page.locator('#local').click();
  await page.locator('#game', { hasText: 'synthetic' }).waitFor();
  await page.goto(`${server.url}/`);
  await page.locator('#logout').click();
  await page.locator('#login').waitFor();
  expect(await page.context().cookies()).toEqual([]);
  await page.context().close();
});

it('an admin makes a link by which another browser watches this session, and nothing else', async () => {
  const page = await openDashboard(browser, `${server.url}/session/${id}`);
  await logIn(page, await tokenFor('admin'));
  await readShown(page);
  await page.locator('#share').click();
  const field = page.locator('#share-link');
  await field.waitFor();
  const link = await field.inputValue();
  const token = new URL(link).searchParams.get('share') ?? '';
  await page.context().close();

  const guest = await openDashboard(browser, link);
  await readShown(guest);
  expect(guest.url()).toBe(`${server.url}/session/${id}`);
  expect(
    await guest.evaluate(() => [document.cookie, history.length, document.documentElement.outerHTML.includes('share=')]),
  ).toEqual(['', 2, false]);
  // It lasts without the link.
  await guest.reload();
  await readShown(guest);
  const status = (path: string) => guest.evaluate(async (asked) => (await fetch(asked)).status, path);
  expect(await status(`/api/recordings/${id}`)).toBe(200);
  expect(await status('/api/audit')).toBe(403);
  expect(await status('/api/recordings/another')).toBe(403);
  await guest.context().close();

  expect(lines.join('')).not.toContain(token);
  expect(lines.join('')).not.toContain(SECRET);
  const entries = await server.catalog.audit.list({ limit: 500 });
  expect(JSON.stringify(entries)).not.toContain(token);
  expect(entries.map(({ action }) => action)).toEqual(
    expect.arrayContaining(['login', 'access.refused', 'share.create', 'share.open', 'recording.download']),
  );
});

it('a link that does not hold is taken out of the address all the same, and the page asks for a token', async () => {
  const page = await openDashboard(
    browser,
    `${server.url}/session/${id}?share=${(await new Tokens(['the-secret-of-somebody-else-with-enough-bytes']).create({ scope: 'watch', expiresIn: 3_600_000 })).token}`,
  );
  await page.locator('#login').waitFor();
  expect(page.url()).toBe(`${server.url}/session/${id}`);
  await page.context().close();
});
