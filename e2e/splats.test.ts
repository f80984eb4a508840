import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { intrinsicsOf, makeCloud, makeScatter, renderReference, scatterCamera, splatCamera, writePly } from '@sgaps/splats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SgapsProcess } from './support/sgapsProcess.js';
import { startSplatViewing } from './support/splatViewing.js';
import { TestViewer, until } from './support/TestViewer.js';

const SIZE = { width: 96, height: 54 };
const IDENTITY = Float32Array.from({ length: 16 }, (_, at) => (at % 5 === 0 ? 1 : 0));

describe.each(['cpu', 'webgpu'])('splats as a scene of sgaps renderer, drawn on %s', (on) => {
  const data = mkdtempSync(join(tmpdir(), 'sgaps-splats-'));
  const cloud = makeScatter(400, 3, 1);
  let processes: SgapsProcess[] = [];
  let port = 0;

  const watch = async (scene: string) => {
    const viewer = await TestViewer.join(port, { scene, encoder: 'raw' });
    viewer.size(SIZE.width, SIZE.height);
    return viewer;
  };

  beforeAll(async () => {
    mkdirSync(join(data, 'splats'));
    writeFileSync(join(data, 'splats', 'room.ply'), writePly(cloud));
    writeFileSync(join(data, 'splats', 'empty.ply'), writePly(makeCloud(0, 0)));
    writeFileSync(join(data, 'splats', 'torn.ply'), writePly(cloud).subarray(0, 5000));
    ({ processes, port } = await startSplatViewing(data, on));
  });
  afterAll(async () => {
    for (const one of processes) await one.end();
    rmSync(data, { recursive: true, force: true });
  });

  it('are drawn from any camera, with their depth, as the reference draws them', async () => {
    const viewer = await watch('splats:room');
    // Shaders take seconds to compile where the CPU runs them.
    await until(() => viewer.of('ready').length > 0, 60_000);
    const adapter = on === 'webgpu' ? /, WebGPU$/ : /^CPU/;
    expect(viewer.of('ready')[0]).toMatchObject({
      ...{ width: 1280, height: 720 },
      about: { splats: 400, degree: 1, adapter: expect.stringMatching(adapter) },
    });
    for (const turn of [0, 0.4]) {
      const camera = scatterCamera(SIZE.width, SIZE.height, turn);
      const frame = { view: camera.view, intrinsics: intrinsicsOf(camera) };
      const count = viewer.pictures.length;
      viewer.ask(0, frame);
      await until(() => viewer.pictures.length > count, 60_000);
      const { jpeg: colour, depth } = viewer.pictures[count];
      const truth = renderReference(cloud, splatCamera(frame, SIZE.width, SIZE.height));
      const worst = (shown: ArrayLike<number>, wanted: ArrayLike<number>, scale: number) => {
        let most = 0;
        for (let i = 0; i < wanted.length; i++) {
          const off = Math.abs(shown[i] - scale * wanted[i]);
          if (Number.isFinite(wanted[i])) most = Math.max(most, off / Math.max(1, scale === 1 ? wanted[i] : 1));
        }
        return most;
      };
      expect(colour).toHaveLength(truth.colour.length);
      // A file keeps scales and opacities as logarithms, and bytes are rounded.
      expect(worst(colour, truth.colour, 255)).toBeLessThan(2);
      expect(worst(new Float32Array(Uint8Array.from(depth).buffer), truth.depth, 1)).toBeLessThan(0.02);
    }
    viewer.leave();
  });

  it('are shown whole to whoever has no camera', async () => {
    const viewer = await watch('splats:room');
    viewer.ask(0, { view: IDENTITY, intrinsics: IDENTITY });
    await until(() => viewer.pictures.length > 0, 60_000);
    const [{ jpeg }] = viewer.pictures;
    expect(jpeg.reduce((sum, value) => sum + value, 0) / jpeg.length).toBeGreaterThan(10);
    viewer.leave();
  });

  it('refuse a camera that is none, and go on', async () => {
    const viewer = await watch('splats:empty');
    await viewer.ready();
    viewer.ask(0, { view: IDENTITY.map((value) => 2 * value), intrinsics: intrinsicsOf(scatterCamera(96, 54)) });
    await until(() => viewer.of('failed').length > 0);
    expect(viewer.of('failed')[0]).toMatchObject({ code: 'ARGUMENT_INVALID' });
    viewer.ask(0, { view: IDENTITY, intrinsics: intrinsicsOf(scatterCamera(96, 54)) });
    await until(() => viewer.pictures.length > 0, 60_000);
    viewer.leave();
  });

  it.each([
    ['splats:nowhere', 'NOT_FOUND'],
    ['splats:..', 'NOT_FOUND'],
    ['splats', 'ARGUMENT_INVALID'],
    ['splats:torn', 'BYTES_TRUNCATED'],
  ])('say what is wrong with %s', async (scene, code) => {
    const viewer = await watch(scene);
    await until(() => viewer.closed !== null, 60_000);
    expect(viewer.of('error')[0]).toMatchObject({ code });
  });
});
