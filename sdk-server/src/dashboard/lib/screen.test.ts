import type { Picture } from '@sgaps/protocol';
import { afterEach, expect, it, vi } from 'vitest';
import { Screen } from './screen.js';

afterEach(() => vi.unstubAllGlobals());

/** A canvas as far as `Screen` uses one. */
function canvasOf(): HTMLCanvasElement {
  const canvas = { width: 0, height: 0, dataset: {} as Record<string, string>, getContext: () => context };
  const context = { canvas, drawImage: vi.fn(), clearRect: vi.fn() };
  return canvas as unknown as HTMLCanvasElement;
}

const picture = (frameId: number): Picture => ({
  layer: 'frame',
  format: 'image/jpeg',
  width: 32,
  height: 18,
  frameId,
  time: frameId,
  data: new Uint8Array([frameId]),
});

it('shows frames though they come faster than they decode', async () => {
  const decoded: (() => void)[] = [];
  const close = vi.fn();
  vi.stubGlobal('createImageBitmap', () => new Promise((resolve) => decoded.push(() => resolve({ close }))));
  const canvas = canvasOf();
  const screen = new Screen(canvas, canvasOf(), 32, 18);
  const first = screen.frame(picture(1));
  void screen.frame(picture(2));
  void screen.frame(picture(3));
  expect(decoded).toHaveLength(1);
  decoded[0]();
  await vi.waitFor(() => expect(canvas.dataset.frame).toBe('1'));
  await vi.waitFor(() => expect(decoded).toHaveLength(2));
  decoded[1]();
  await first;
  expect(canvas.dataset.frame).toBe('3');
  expect(screen.drawn).toBe(2);
  expect(close).toHaveBeenCalledTimes(2);
});

it('goes on after a frame that does not decode', async () => {
  const canvas = canvasOf();
  const screen = new Screen(canvas, canvasOf(), 32, 18);
  vi.stubGlobal('createImageBitmap', () => Promise.reject(new Error('no picture')));
  await expect(screen.frame(picture(1))).rejects.toThrow('no picture');
  vi.stubGlobal('createImageBitmap', () => Promise.resolve({ close: vi.fn() }));
  await screen.frame(picture(2));
  expect(canvas.dataset.frame).toBe('2');
});
