import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LIVE_EDGE } from '@sgaps/protocol';
import { intrinsicsOf, makeStream, renderReference, SplatStream, scatterCamera, splatCamera } from '@sgaps/splats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SgapsProcess } from './support/sgapsProcess.js';
import { startSplatViewing } from './support/splatViewing.js';
import { TestViewer, until } from './support/TestViewer.js';

const SIZE = { width: 96, height: 54 };
const FRAMES = 12;

describe.each(['cpu', 'webgpu'])('streamed splats as a scene of sgaps renderer, drawn on %s', (on) => {
  const data = mkdtempSync(join(tmpdir(), 'sgaps-stream-'));
  const folder = (name: string) => join(data, 'splats', name);
  let processes: SgapsProcess[] = [];
  let port = 0;
  let truth: SplatStream;

  const watch = async (scene: string) => {
    const viewer = await TestViewer.join(port, { scene, encoder: 'raw' });
    viewer.size(SIZE.width, SIZE.height);
    return viewer;
  };
  const camera = scatterCamera(SIZE.width, SIZE.height, 0.3);
  const frame = { view: camera.view, intrinsics: intrinsicsOf(camera) };
  const show = async (viewer: TestViewer, time: number) => {
    const count = viewer.pictures.length;
    viewer.ask(time, frame);
    await until(() => viewer.pictures.length > count || viewer.of('failed').length > 0, 60_000);
    return viewer.pictures[count];
  };
  /** Mean difference to a frame drawn here, in levels of 255. */
  const off = async (picture: TestViewer['pictures'][number], wanted: number) => {
    const { colour } = renderReference(await truth.frame(wanted), splatCamera(frame, SIZE.width, SIZE.height));
    expect(picture.jpeg).toHaveLength(colour.length);
    return colour.reduce((sum, value, at) => sum + Math.abs(255 * value - picture.jpeg[at]), 0) / colour.length;
  };

  beforeAll(async () => {
    mkdirSync(join(data, 'splats'));
    for (const name of ['room', 'torn']) await makeStream(folder(name), { gaussians: 400, frames: FRAMES, added: 20 });
    truncateSync(join(folder('torn'), 'frames', '000005.ntc'), 1000);
    await makeStream(folder('later'), { gaussians: 4, frames: 2 });
    writeFileSync(join(folder('later'), 'stream.json'), '{"format":"sgaps-splat-stream","version":2}');
    truth = await SplatStream.open(folder('room'));
    ({ processes, port } = await startSplatViewing(data, on));
  });
  afterAll(async () => {
    for (const one of processes) await one.end();
    rmSync(data, { recursive: true, force: true });
  });

  it('shows each frame that is asked for, in whatever order, as drawn directly', async () => {
    const viewer = await watch('stream:room');
    // Shaders take seconds to compile where the CPU runs them.
    await until(() => viewer.of('ready').length > 0, 60_000);
    expect(viewer.of('ready')[0]).toMatchObject({
      about: { fps: 10, frames: FRAMES, duration: 1.2, growing: false, splats: 400 },
    });
    let largest = 0;
    for (const wanted of [7, 0, 3, 4, 11, 10, 1]) {
      const picture = await show(viewer, wanted / 10);
      expect(picture.about).toMatchObject({ time: wanted / 10, recordedFrame: wanted });
      expect(await off(picture, wanted)).toBeLessThan(0.3);
      largest = Math.max(largest, await off(picture, (wanted + 4) % FRAMES));
    }
    // Other frames are other pictures.
    expect(largest).toBeGreaterThan(2);
    const last = await show(viewer, LIVE_EDGE);
    expect(last.about).toMatchObject({ recordedFrame: FRAMES - 1, next: null });
    viewer.leave();
  });

  it('tells a damaged frame and those after it as such, and shows those before', async () => {
    const viewer = await watch('stream:torn');
    await until(() => viewer.of('ready').length > 0, 60_000);
    expect(await show(viewer, 0.6)).toBeUndefined();
    expect(viewer.of('failed')).toMatchObject([{ code: 'BYTES_TRUNCATED' }]);
    viewer.messages.length = 0;
    const picture = await show(viewer, 0.4);
    expect(picture.about).toMatchObject({ recordedFrame: 4 });
    expect(await off(picture, 4)).toBeLessThan(0.3);
    viewer.leave();
  });

  it.each([
    ['stream:nowhere', 'NOT_FOUND'],
    ['stream:..', 'NOT_FOUND'],
    ['splats:room', 'NOT_FOUND'],
    ['stream', 'ARGUMENT_INVALID'],
    ['stream:later', 'VERSION_UNSUPPORTED'],
  ])('say what is wrong with %s', async (scene, code) => {
    const viewer = await watch(scene);
    await until(() => viewer.closed !== null, 60_000);
    expect(viewer.of('error')[0]).toMatchObject({ code });
  });
});
