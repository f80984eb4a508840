import { openReplaySource } from '@sgaps/core';
import type { RecordingReader } from '@sgaps/protocol';
import { PictureError } from '../archive/PictureError.js';
import { RecordingStore } from '../storage/index.js';
import { recordScene, sceneHeader } from '../testing/recordScene.js';

/** Frames of `recordFive`. */
export const FRAMES = 152;

/** A data folder with a recording of five seconds, with events. */
export async function recordFive(data: string): Promise<void> {
  const store = await RecordingStore.open({ folder: data });
  const writer = await store.create(sceneHeader('a1'));
  const event = (time: number, name: string) =>
    writer.append('event', time, Buffer.from(JSON.stringify({ name, data: { time } })));
  await recordScene(writer, {
    frames: FRAMES,
    snapshotEvery: 2000,
    onPacket: (packet) => void (packet % 8 === 0 && event(4 * 33 * packet, `p${packet}`)),
  });
  event(5100, 'end');
  await writer.close();
  await store.savePreview('a1', new Uint8Array([1]));
  await store.close();
}

/** A frame as it is shown; its time in ms. */
export interface Shown {
  readonly frameId: number;
  readonly time: number;
  readonly rgb: Uint8ClampedArray;
}

/** All frames of a recording. */
export async function framesOf(reader: RecordingReader): Promise<Shown[]> {
  const source = openReplaySource(reader);
  const shown: Shown[] = [];
  while (await source.fill()) {
    const decoded = await source.decode();
    if (decoded)
      shown.push({ frameId: decoded.frame.frameId, time: decoded.time, rgb: Uint8ClampedArray.from(decoded.frame.rgb) });
  }
  await source.release();
  return shown;
}

/** PSNR of an archive's pictures against those that went in, dB; 0 where they are not the same frames at the same times. */
export function likenessOf(archived: readonly Shown[], frames: readonly Shown[]): number {
  const isSame = ({ frameId, time }: Shown, i: number) => frameId === frames[i]?.frameId && Math.abs(time - frames[i].time) < 1;
  if (archived.length !== frames.length || !archived.every(isSame)) return 0;
  const error = new PictureError();
  for (const [i, { rgb }] of archived.entries()) error.add(frames[i].rgb, rgb);
  return error.psnr;
}
