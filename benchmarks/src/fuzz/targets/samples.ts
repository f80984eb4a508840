import {
  CoordinateCodec,
  createSampleSet,
  DEFAULT_TIER_BITS,
  type FrameState,
  PixelPacketEncoder,
  type SampledFrame,
  SampleKind,
  type SampleRequest,
  type SampleSet,
  type StateSchema,
  type TrackedObject,
} from '@sgaps/protocol';

export const GRID = { width: 64, height: 36 };
export const SCHEMA: StateSchema = {
  values: [
    { name: 'health', type: 'int' },
    { name: 'speed', type: 'float', step: 0.5 },
  ],
};
export const SHAPE = { grid: GRID, schema: SCHEMA, tierBits: DEFAULT_TIER_BITS } as const;

/** Requests of a game of `FRAMES` frames, all that both ends have agreed on. */
export const FRAMES = 6;

const object = (id: number, x: number): TrackedObject => ({
  ...{ id, texture: 'hero', frame: `${id % 3}`, x, y: 12, width: 16, height: 12, originX: 0.5, originY: 0.5 },
  ...{
    rotation: 0.2,
    flipX: false,
    flipY: true,
    alpha: 1,
    tint: 0xffffff,
    scrollFactorX: 1,
    scrollFactorY: 1,
    tileX: 0,
    tileY: 0,
    tag: 1,
  },
});

/** What a game says at frame `i`: a 2D camera, one of a 3D scene, objects and values. */
export function stateAt(i: number): FrameState {
  const matrix = Float32Array.from({ length: 16 }, (_, k) => (k % 5 === 0 ? 1 : i / 8));
  return {
    cameras: [{ id: 0, viewX: 1.5 * i, viewY: 0, zoom: 1, rotation: 0, x: 0, y: 0, ...GRID }],
    cameras3d: i % 3 === 2 ? [{ id: 1, view: matrix, projection: matrix, x: 0, y: 0, ...GRID }] : [],
    objects: [object(1, 8 + i), object(2, 40 - i)],
    values: [90 - i, 0.5 * i],
  };
}

/** Blocks, means and points, and some that both sides draw from a seed. */
function requestAt(frameId: number): SampleRequest {
  const explicit = createSampleSet(24);
  const kinds = [SampleKind.block0, SampleKind.point, SampleKind.mean2, SampleKind.block2];
  for (let i = 0; i < 24; i++) {
    const kind = kinds[i % 4];
    const isBlock = kind >= 8;
    explicit.u[i] = isBlock ? 8 * (i % 7) : (7 * i + frameId) % 64;
    explicit.v[i] = isBlock ? 8 * (i % 3) : (5 * i) % 36;
    explicit.kind[i] = kind;
    explicit.tier[i] = i % 4;
    explicit.count++;
  }
  explicit.quantiser = 6;
  const density = Uint8Array.from({ length: 144 }, (_, i) => i % 4);
  return { frameId, explicit, seeded: [{ seed: 7 + frameId, count: 40, kind: SampleKind.point, tier: 3, density }] };
}

/** A whole session's packets, as the two ends exchange them. */
export interface SampleSession {
  readonly coordinates: readonly Uint8Array[];
  readonly pixels: readonly Uint8Array[];
  readonly requests: ReadonlyMap<number, SampleRequest>;
  readonly sets: ReadonlyMap<number, SampleSet>;
}

export function sampleSession(options: { readonly depth?: boolean; readonly digest?: boolean } = {}): SampleSession {
  const codec = new CoordinateCodec(GRID);
  const encoder = new PixelPacketEncoder({ ...SHAPE, ...options });
  const requests = new Map<number, SampleRequest>();
  const sets = new Map<number, SampleSet>();
  const coordinates: Uint8Array[] = [];
  const frames: SampledFrame[] = [];
  for (let i = 0; i < FRAMES; i++) {
    const request = requestAt(i);
    coordinates.push(codec.encode([request]));
    const samples = codec.expand(request);
    requests.set(i, request);
    sets.set(i, samples);
    const rgb = Uint8Array.from({ length: 3 * samples.count }, (_, k) => samples.u[Math.floor(k / 3)] * 3 + 11 * i + (k % 3));
    const depth = options.depth ? { depth: Uint16Array.from({ length: samples.count }, (_, k) => (17 * k) % 1024) } : {};
    frames.push({ frameId: i, clientTime: 33.3 * i, requestId: i, state: stateAt(i), samples, rgb, ...depth });
  }
  const pixels = [frames.slice(0, 2), frames.slice(2, 4), frames.slice(4)].map((batch) => encoder.encode(batch).slice());
  return { coordinates, pixels, requests, sets };
}
