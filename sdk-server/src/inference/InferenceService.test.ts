import { createRequire } from 'node:module';
import { MODEL_PLANES, type ModelOutput } from '@sgaps/core';
import type { CaptureGrid } from '@sgaps/protocol';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type Fixture, fixtureFile, makeModelFolder, removeModelFolders } from './fixtures/modelFolders.js';
import type { InferenceOptions } from './InferenceOptions.js';
import { InferenceService } from './InferenceService.js';

const GRID: CaptureGrid = { width: 48, height: 32 };
const services: InferenceService[] = [];

async function start(name: Fixture, options: Partial<InferenceOptions> = {}): Promise<InferenceService> {
  const folder = await makeModelFolder(name);
  const service = await InferenceService.start({ folder, provider: 'cpu', threads: 1, warmUp: GRID, lateAfterMs: 10_000, ...options });
  services.push(service);
  return service;
}

function input(seed: number, { width, height }: CaptureGrid = GRID): Uint8Array {
  return new Uint8Array(MODEL_PLANES.length * width * height).map((_, at) => ((at + 1) * (2 * seed + 1) * 2654435761) >>> 24);
}

async function direct(name: Fixture, planes: Uint8Array, { width, height }: CaptureGrid = GRID): Promise<ModelOutput> {
  const session = await InferenceSession.create(fixtureFile(name), { intraOpNumThreads: 1 });
  const { frame, logVariance, gap } = await session.run({ planes: new Tensor('uint8', planes, [1, MODEL_PLANES.length, height, width]) });
  await session.release();
  return { frame: frame.data, logVariance: logVariance.data, gap: gap.data } as ModelOutput;
}

afterEach(() => Promise.all(services.splice(0).map((service) => service.close())));
afterAll(removeModelFolders);

describe('InferenceService', () => {
  it('gives what ONNX Runtime gives', async () => {
    const service = await start('tint');
    const planes = input(1);
    const output = await service.run(GRID, planes);
    expect(output).toEqual(await direct('tint', planes));
  });
});
