import {
  type Camera3D,
  CoordinateCodec,
  createSampleSet,
  DEFAULT_TIER_BITS,
  depthToCode,
  type FrameState,
  PixelPacketDecoder,
  PixelPacketEncoder,
  type SampleSet,
  type SeededSamples,
  type TierBits,
} from '@sgaps/protocol';

const grid = { width: 320, height: 180 };
const schema = { values: [] };

let seed = 1;
/** A generator of our own, so that sizes are the same on every run. */
function random(): number {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 0x100000000;
}

/**
 * Bytes of one packet, and how long it took.
 *
 * @example
 * ```ts
 * const rows: readonly PacketRow[] = measurePackets().pixels;
 * ```
 */
export interface PacketRow {
  name: string;
  samples: number;
  bytes: number;
  limit?: number;
  bitsPerSample?: number;
  encodeMicros?: { p50: number; min: number };
  decodeMicros?: { p50: number; min: number };
}

function figure(millis: number[]): { p50: number; min: number } {
  const sorted = [...millis].sort((a, b) => a - b);
  const micros = (ms: number) => Math.round(ms * 10_000) / 10;
  return { p50: micros(sorted[sorted.length >> 1]), min: micros(sorted[0]) };
}

function setOf(keys: readonly number[], tier = 1, kind = 0): SampleSet {
  const set = createSampleSet(keys.length);
  keys.forEach((key, i) => {
    set.u[i] = key % grid.width;
    set.v[i] = Math.floor(key / grid.width);
    set.tier[i] = tier;
    set.kind[i] = kind;
  });
  set.count = keys.length;
  return set;
}

function distinct(count: number, draw: () => number): number[] {
  const keys = new Set<number>();
  while (keys.size < count) keys.add(draw());
  return [...keys].sort((a, b) => a - b);
}

function coordinates(name: string, limit: number | undefined, explicit: SampleSet, seeded: SeededSamples[] = []): PacketRow {
  const codec = new CoordinateCodec(grid);
  const encode: number[] = [];
  const decode: number[] = [];
  let bytes: Uint8Array = new Uint8Array();
  let samples = 0;
  for (let i = 0; i < 200; i++) {
    const start = performance.now();
    bytes = codec.encode([{ frameId: 100, explicit, seeded }]);
    const middle = performance.now();
    samples = codec.expand(codec.decode(bytes)[0]).count;
    decode.push(performance.now() - middle);
    encode.push(middle - start);
  }
  const row = { name, samples, bytes: bytes.length, limit, bitsPerSample: round((bytes.length * 8) / samples) };
  return { ...row, encodeMicros: figure(encode.slice(100)), decodeMicros: figure(decode.slice(100)) };
}

type Picture = (u: number, v: number, t: number) => number;

function pixels(
  name: string,
  picture: Picture,
  samples: number,
  tierBits: TierBits,
  options: { fixed?: boolean; scroll?: number; limit?: number } = {},
): PacketRow {
  const { fixed = false, scroll = 0, limit } = options;
  const sets = new Map<number, SampleSet>();
  const encoder = new PixelPacketEncoder({ grid, schema, tierBits });
  const decoder = new PixelPacketDecoder({ grid, schema, tierBits, resolve: (id) => sets.get(id) });
  const encode: number[] = [];
  const decode: number[] = [];
  let bytes = 0;
  let set = createSampleSet(0);
  const steady = 100;
  for (let t = 0; t < 2 * steady; t++) {
    if (t === 0 || !fixed) set = tieredSet(samples);
    sets.set(t, set);
    const rgb = new Uint8Array(3 * samples);
    for (let i = 0; i < samples; i++) {
      const colour = picture(set.u[i] + Math.floor(scroll * t), set.v[i], t);
      rgb.set([colour >>> 16, (colour >>> 8) & 255, colour & 255], 3 * i);
    }
    const state: FrameState = {
      cameras: [{ id: 0, viewX: Math.floor(scroll * t), viewY: 0, zoom: 1, rotation: 0, x: 0, y: 0, ...grid }],
      cameras3d: [],
      objects: [],
      values: [],
    };
    const start = performance.now();
    const packet = encoder.encode([{ frameId: t, clientTime: t * 33.3, requestId: t, state, samples: set, rgb }]);
    const middle = performance.now();
    const [frame] = decoder.decode(packet);
    const end = performance.now();
    for (let i = 0; i < samples; i++) {
      const shift = 8 - frame.values.bits[i];
      for (let k = 3 * i; k < 3 * i + 3; k++)
        if (frame.values.rgb[k] >> shift !== rgb[k] >> shift)
          throw new Error(`${name}: sample ${i} of frame ${t} came back wrong`);
    }
    if (t < steady) continue;
    bytes += packet.length;
    encode.push(middle - start);
    decode.push(end - middle);
  }
  const mean = bytes / steady;
  const row = { name, samples, bytes: Math.round(mean), limit, bitsPerSample: round((mean * 8) / samples) };
  return { ...row, encodeMicros: figure(encode), decodeMicros: figure(decode) };
}

/** View-space z of a place at a time, 0 where nothing was drawn. */
type Scene = (u: number, v: number, t: number) => number;

/** What depth adds to frames of points: bytes and times are those with depth less those without. */
function depths(name: string, scene: Scene, samples: number, limit?: number): PacketRow {
  const sets = new Map<number, SampleSet>();
  const steady = 100;
  const measured = [false, true].map((depth) => {
    seed = 5;
    const encoder = new PixelPacketEncoder({ grid, schema, tierBits: DEFAULT_TIER_BITS, depth });
    const decoder = new PixelPacketDecoder({ grid, schema, tierBits: DEFAULT_TIER_BITS, depth, resolve: (id) => sets.get(id) });
    const encode: number[] = [];
    const decode: number[] = [];
    let bytes = 0;
    for (let t = 0; t < 2 * steady; t++) {
      const set = setOf(patches(samples));
      sets.set(t, set);
      const codes = Uint16Array.from({ length: samples }, (_, i) => depthToCode(scene(set.u[i], set.v[i], t)));
      const rgb = Uint8Array.from({ length: 3 * samples }, (_, k) => codes[Math.floor(k / 3)] & 255);
      const start = performance.now();
      const packet = encoder.encode([
        { frameId: t, clientTime: t * 33.3, requestId: t, state: cameraState, samples: set, rgb, depth: codes },
      ]);
      const middle = performance.now();
      const [frame] = decoder.decode(packet);
      const end = performance.now();
      if (depth && codes.some((code, i) => frame.values.depth?.[i] !== code)) {
        throw new Error(`${name}: a depth of frame ${t} came back wrong`);
      }
      if (t < steady) continue;
      bytes += packet.length;
      encode.push(middle - start);
      decode.push(end - middle);
    }
    return { bytes: bytes / steady, encode: figure(encode), decode: figure(decode) };
  });
  const [plain, full] = measured;
  const mean = full.bytes - plain.bytes;
  const added = (of: 'encode' | 'decode') => ({
    p50: round(full[of].p50 - plain[of].p50),
    min: round(full[of].min - plain[of].min),
  });
  const row = { name, samples, bytes: Math.round(mean), limit, bitsPerSample: round((mean * 8) / samples) };
  return { ...row, encodeMicros: added('encode'), decodeMicros: added('decode') };
}

/** Places as the planner asks for them: half in square patches, half scattered, in raster order. */
function patches(samples: number): number[] {
  const keys = new Set<number>();
  while (keys.size < samples / 2) {
    const u = Math.floor(random() * (grid.width - 8));
    const v = Math.floor(random() * (grid.height - 8));
    for (let i = 0; i < 64 && keys.size < samples; i++) keys.add((v + (i >> 3)) * grid.width + u + (i & 7));
  }
  while (keys.size < samples) keys.add(Math.floor(random() * grid.width * grid.height));
  return [...keys].sort((a, b) => a - b);
}

/** Random places in tiers of 10, 20, 30 and 40 % (S5), each in raster order. */
function tieredSet(samples: number): SampleSet {
  const set = createSampleSet(samples);
  const keys = distinct(samples, () => Math.floor(random() * grid.width * grid.height));
  for (let i = keys.length - 1; i > 0; i--) {
    const k = Math.floor(random() * (i + 1));
    [keys[i], keys[k]] = [keys[k], keys[i]];
  }
  const ends = [0.1, 0.3, 0.6, 1].map((part) => Math.round(part * samples));
  ends.forEach((end, tier) => {
    for (const key of keys.slice(tier === 0 ? 0 : ends[tier - 1], end).sort((a, b) => a - b)) {
      set.u[set.count] = key % grid.width;
      set.v[set.count] = Math.floor(key / grid.width);
      set.tier[set.count++] = tier;
    }
  });
  return set;
}

const PALETTE = [0x141428, 0xc83c3c, 0x3cc850, 0xf0dc5a, 0x5a5ac8, 0xffffff, 0x785028, 0x1e78a0];
const art: Picture = (u, v) => {
  const tile = Math.imul((u >> 4) * 7919 + (v >> 4) * 104729, 0x9e3779b1) >>> 28;
  return PALETTE[(tile + (Math.imul(((u >> 1) & 7) * 13 + ((v >> 1) & 7), 0x9e3779b1) >>> 30)) & 7];
};
/** Pixel art of which every tile is another at each frame. */
const changingArt: Picture = (u, v, t) => art(u + 16 * t * 7, v + 16 * t * 5, t);
const smooth: Picture = (u, v, t) => {
  const wave = (x: number) => Math.round(128 + 100 * Math.sin(x));
  return (wave(u / 40 + t / 20) << 16) | (wave(v / 35 + 1) << 8) | wave((u + v) / 60);
};
const noise: Picture = () => Math.floor(random() * 0x1000000);
const quarterNew: Picture = (u, v, t) =>
  Math.imul(u * 31 + v * 17 + t * 101, 0x9e3779b1) >>> 30 === 0 ? noise(u, v, t) : art(u, v, t);

const camera3d: Camera3D = { id: 0, view: new Float32Array(16), projection: new Float32Array(16), x: 0, y: 0, ...grid };
const cameraState: FrameState = { cameras: [], cameras3d: [camera3d], objects: [], values: [] };
/** A floor under an empty sky, and a box that stands on it. */
const room: Scene = (u, v) => (Math.abs(u - 120) < 30 && Math.abs(v - 90) < 40 ? 9 : v > 60 ? 900 / (v - 60) : 0);
/** The same, walked through: the box comes nearer, the floor tilts a little with each step. */
const walk: Scene = (u, v, t) => {
  const near = 20 / (1 + t / 60);
  const horizon = 60 + Math.round(3 * Math.sin(t / 4));
  return Math.abs(u - 120) < 300 / near && Math.abs(v - 90) < 400 / near ? near : v > horizon ? 900 / (v - horizon) : 0;
};
const anyDepth: Scene = () => 0.05 * 100_000 ** random();

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function lattice(): number[] {
  const keys: number[] = [];
  for (let v = 4; v < grid.height; v += 10) for (let u = 3; u < grid.width; u += 10) keys.push(v * grid.width + u);
  return keys;
}

/** Mitchell's best candidate. */
function blueNoise(count: number): number[] {
  const keys: number[] = [];
  while (keys.length < count) {
    let best = 0;
    let farthest = -1;
    for (let i = 0; i < 15; i++) {
      const key = Math.floor(random() * grid.width * grid.height);
      let near = Number.POSITIVE_INFINITY;
      for (const other of keys) {
        near = Math.min(
          near,
          Math.hypot((key % grid.width) - (other % grid.width), Math.floor(key / grid.width) - Math.floor(other / grid.width)),
        );
      }
      if (near > farthest) {
        farthest = near;
        best = key;
      }
    }
    keys.push(best);
  }
  return keys.sort((a, b) => a - b);
}

function clusters(count: number): number[] {
  return Array.from({ length: 16 * count }, (_, i) => {
    const cluster = i >> 4;
    return (30 + ((cluster * 37) % 100) + Math.floor(random() * 8)) * grid.width + 20 + cluster * 55 + Math.floor(random() * 8);
  });
}

const strip = Array.from({ length: 4 * grid.width }, (_, i) => 176 * grid.width + i);
const column = Array.from({ length: 4 * grid.height }, (_, i) => (i >> 2) * grid.width + 316 + (i & 3));
const part = { seed: 77, count: 400, kind: 0, tier: 3 } as const;
const none = createSampleSet(0);
const exact: TierBits = [8, 8, 8, 8];

/**
 * Bytes of typical coordinate sets (S14) and pixel frames (S15) through the real codecs, bits per sample by kind of picture, and microseconds per frame (median and least of
 * the steady frames). Rows of depth give what it adds to the same frames without it.
 *
 * @example
 * ```ts
 * const { coordinates, pixels, depth } = measurePackets();
 * ```
 */
export function measurePackets(): Readonly<Record<'coordinates' | 'pixels' | 'depth', readonly PacketRow[]>> {
  return {
    coordinates: [
      coordinates('grid 32×18', 20, setOf(lattice())),
      coordinates('5 clusters of 16', 100, setOf(clusters(5))),
      coordinates('500 scattered', 600, setOf(distinct(500, () => Math.floor(random() * grid.width * grid.height)))),
      coordinates('500 blue noise', 600, setOf(blueNoise(500))),
      coordinates('400 seeded, even', 100, none, [{ ...part, density: new Uint8Array(144).fill(1) }]),
      coordinates('400 seeded, any map', 100, none, [
        { ...part, density: Uint8Array.from({ length: 144 }, () => Math.floor(random() * 16)) },
      ]),
      coordinates('strip and column, all pixels', undefined, setOf([...new Set([...strip, ...column])].sort((a, b) => a - b))),
      coordinates(
        'whole picture in 16×16 means',
        undefined,
        setOf(
          Array.from({ length: 240 }, (_, i) => Math.floor(i / 20) * 16 * grid.width + (i % 20) * 16),
          0,
          4,
        ),
      ),
    ],
    pixels: [
      pixels('75 % unchanged, rest noise', quarterNew, 576, DEFAULT_TIER_BITS, { fixed: true, limit: 900 }),
      pixels('75 % unchanged, rest noise, exact', quarterNew, 576, exact, { fixed: true, limit: 900 }),
      pixels('all unchanged, exact', art, 576, exact, { fixed: true }),
      pixels('pixel art, new places, exact', art, 576, exact),
      pixels('pixel art, all new, exact', changingArt, 576, exact),
      pixels('pixel art, all new', changingArt, 576, DEFAULT_TIER_BITS),
      pixels('pixel art, scrolling, exact', art, 576, exact, { scroll: 1.5 }),
      pixels('smooth, moving', smooth, 576, DEFAULT_TIER_BITS),
      pixels('smooth, moving, exact', smooth, 576, exact),
      pixels('noise', noise, 576, DEFAULT_TIER_BITS),
      pixels('noise, exact', noise, 576, exact),
      pixels('pixel art, all new', changingArt, 1500, DEFAULT_TIER_BITS),
      pixels('smooth, moving', smooth, 1500, DEFAULT_TIER_BITS),
      pixels('noise, exact', noise, 1500, exact),
    ],
    depth: [
      depths('room, camera still', room, 1500),
      depths('room, camera moving', walk, 1500, 400),
      depths('noise', anyDepth, 1500),
    ],
  };
}
