import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { SgapsError } from '@sgaps/protocol';
import { type Browser, chromium } from 'playwright-core';

/** Flags for a headless Chromium with a software GPU that talks to nobody (DESIGN.md, "Toolchain"); Playwright adds --headless. */
const FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows',
  '--autoplay-policy=no-user-gesture-required',
  '--mute-audio',
];

function findChromium(): string {
  const named = process.env.SGAPS_CHROMIUM;
  if (named) return named;
  const folders = ['/usr/bin', ...(process.env.PATH ?? '').split(delimiter)];
  const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
  const found = folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));
  if (!found) throw new SgapsError('NOT_FOUND', 'No Chromium found; install it or set SGAPS_CHROMIUM to its program file.');
  return found;
}

/**
 * Starts the machine's Chromium without a window (`SGAPS_CHROMIUM`, else the one in PATH), with `flags` beside ours. Throws `NOT_FOUND`
 * where there is none.
 *
 * @example
 * ```ts
 * const browser = await launchChromium();
 * ```
 */
export async function launchChromium(flags: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: [...FLAGS, ...flags], headless: true });
}
