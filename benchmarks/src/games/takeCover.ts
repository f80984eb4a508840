import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';

/** Pixels of a cover, as games draw themselves. */
const SIZE = { width: 640, height: 360 };
/** Steps of the clock in a second, and milliseconds until a game must be ready. */
const STEPS = 60;
const BOOT_WITHIN = 180_000;

/**
 * Draws one moment of a game and writes it as WebP: the bot of seed 7 plays on a virtual clock, unrecorded and unseen, until `seconds`.
 *
 * @example
 * ```ts
 * await takeCover(browser, `${server.url}/examples/phaser-arena/`, 9, 'examples/phaser-arena/public/cover.webp');
 * ```
 */
export async function takeCover(browser: Browser, url: string, seconds: number, file: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 }, deviceScaleFactor: 1 });
  try {
    await page.goto(`${url}?bot=1&seed=7&autostart=1&record=0&clock=virtual`, { timeout: BOOT_WITHIN });
    await page.waitForFunction('window.sgapsClock !== undefined', undefined, { timeout: BOOT_WITHIN });
    await page.evaluate('window.sgapsClock.ready');
    // The last second is drawn: some things move with frames. The canvas is read in the task that drew it.
    const picture = (await page.evaluate(`(() => {
      const steps = ${Math.round(seconds * STEPS)};
      for (let i = 1; i <= steps; i++) window.sgapsClock.step(${1000 / STEPS}, i === steps || (i > steps - ${STEPS} && i % 6 === 0));
      return window.sgapsGame.canvas.toDataURL('image/png');
    })()`)) as string;
    mkdirSync(dirname(file), { recursive: true });
    const bytes = Buffer.from(picture.slice(picture.indexOf(',') + 1), 'base64');
    await sharp(bytes)
      .resize({ ...SIZE, fit: 'cover' })
      .webp({ quality: 84, effort: 6, smartSubsample: true })
      .toFile(file);
  } finally {
    await page.close();
  }
}
