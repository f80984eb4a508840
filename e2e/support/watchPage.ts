import '@sgaps/player/element';
import type { Browser, Page } from 'playwright-core';

/** What the page of a session shows at one moment. */
export interface Shown {
  readonly frameId: number;
  /** ms of the recording. */
  readonly time: number;
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** Opens a page of the dashboard as a person would see it. */
export async function openDashboard(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1 });
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

/** Waits until the page shows a frame other than `frameId`. */
export async function nextFrame(page: Page, frameId: number, timeout = 30_000): Promise<void> {
  await page.waitForFunction(
    (old) => {
      const frame = document.querySelector('sgaps-player')?.player?.frame?.frameId;
      return frame !== undefined && frame !== old;
    },
    frameId,
    { timeout },
  );
}

/** The picture on the page with the frame it is of, read in one task. */
export async function readShown(page: Page): Promise<Shown> {
  await page.waitForFunction(() => document.querySelector('sgaps-player')?.player?.frame);
  const { rgba, ...rest } = await page.evaluate(() => {
    const element = document.querySelector('sgaps-player');
    const frame = element?.player?.frame;
    const canvas = element?.picture;
    const image = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height);
    if (!canvas || !image || !frame) throw new Error('The page has no picture');
    let text = '';
    for (let i = 0; i < image.data.length; i += 8192) text += String.fromCharCode(...image.data.subarray(i, i + 8192));
    const { width, height } = canvas;
    return { rgba: btoa(text), width, height, frameId: frame.frameId, time: 1000 * frame.time };
  });
  const bytes = Buffer.from(rgba, 'base64');
  const rgb = new Uint8Array(3 * rest.width * rest.height);
  for (let i = 0; i < rest.width * rest.height; i++) {
    for (let c = 0; c < 3; c++) rgb[3 * i + c] = bytes[4 * i + c];
  }
  return { ...rest, rgb };
}

/** The frame and the time on the page, nothing else. */
export async function readPlace(page: Page): Promise<{ frameId: number; time: number }> {
  return page.evaluate(() => {
    const frame = document.querySelector('sgaps-player')?.player?.frame;
    return { frameId: frame?.frameId ?? -1, time: 1000 * (frame?.time ?? 0) };
  });
}

/** How many pixels the overlays cover, of a copy 160 by 90. */
export async function overlayCover(page: Page): Promise<number> {
  return page.evaluate(() => {
    const canvas = document.querySelector('sgaps-player')?.shadowRoot?.querySelector<HTMLCanvasElement>('canvas.overlay');
    // Reading the overlay itself back costs a software GPU half a second.
    const small = new OffscreenCanvas(160, 90).getContext('2d', { willReadFrequently: true });
    if (canvas) small?.drawImage(canvas, 0, 0, 160, 90);
    const data = small?.getImageData(0, 0, 160, 90).data;
    if (!canvas || !data) throw new Error('The page has no overlay');
    let covered = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i] > 0) covered++;
    return covered;
  });
}

/** PSNR over 8-bit RGB, dB, capped at 60. */
export function psnr(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) throw new Error(`Pictures of ${a.length} and ${b.length} bytes`);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum === 0 ? 60 : Math.min(60, 10 * Math.log10((255 * 255 * a.length) / sum));
}

/** Standard deviation of all values: 0 for a blank picture. */
export function spread(rgb: Uint8Array): number {
  let sum = 0;
  let squares = 0;
  for (const value of rgb) {
    sum += value;
    squares += value * value;
  }
  return Math.sqrt(squares / rgb.length - (sum / rgb.length) ** 2);
}

/** A picture of one colour, the mean of `rgb`: what knowing nothing else would give. */
export function flat(rgb: Uint8Array): Uint8Array {
  const mean = [0, 0, 0];
  rgb.forEach((value, i) => {
    mean[i % 3] += (3 * value) / rgb.length;
  });
  return rgb.map((_, i) => Math.round(mean[i % 3]));
}
