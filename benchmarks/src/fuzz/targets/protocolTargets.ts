import {
  CoordinateDecoder,
  decodeH264Picture,
  decodeJpegPicture,
  decodeKept,
  decodeMessage,
  decodePicture,
  decodeRendererCamera,
  decodeViewerMessage,
  encodeFifoHead,
  encodeH264Head,
  encodeHandshake,
  encodeJpegHead,
  encodeKept,
  encodeMessage,
  encodePayloadHead,
  encodePicture,
  encodeRendererCamera,
  encodeViewerCamera,
  PacketDigestReader,
  PixelPacketDecoder,
  parseErrorMessage,
  parseGameEvent,
  parseJoinOptions,
  parseNumbers,
  parseStateSchema,
  parseWelcome,
  pixelPacketSpan,
  readEvent,
  readFifoFrames,
  readPayloads,
  StateDecoder,
  StateEncoder,
} from '@sgaps/protocol';
import { bytesTarget, type FuzzTarget, valueTarget } from '../FuzzTarget.js';
import { GRID, SCHEMA, SHAPE, sampleSession, stateAt } from './samples.js';

const JOIN = {
  ...{ role: 'record', protocol: 1, game: 'coins', grid: { width: 320, height: 180 }, fps: 30, schema: SCHEMA, engine: 'phaser' },
  ...{ meta: { level: '2' }, depth: true, tierBits: [8, 5, 3, 3], keptMs: 5000 },
};
const WELCOME = { recordingId: 'r-1', grid: GRID, tierBits: [8, 5, 3, 3], fps: 30, schema: SCHEMA, depth: true, digest: false };
const EVENT = { name: 'level-up', data: { level: 2, items: ['sword', null], at: { x: 1.5 } }, time: 1200 };
const MATRIX = Float32Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 1 : 0));
const CAMERA = { view: MATRIX, intrinsics: MATRIX, timeIndex: 2, frameId: 7, clientTime: 1e12, serverTime: 1e12 };
const TIMES = { clientSent: 1e12, received: 1e12, processed: 1e12, sent: 1e12 };

const bytesOf = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** Room messages, packets and viewers' bytes: all of `@sgaps/protocol` that comes over a wire. */
export const protocolTargets: readonly FuzzTarget[] = [
  valueTarget('join options', ['parseJoinOptions'], [JOIN, { role: 'watch' }], parseJoinOptions),
  valueTarget('state schema', ['parseStateSchema'], [SCHEMA], parseStateSchema),
  valueTarget('welcome', ['parseWelcome'], [WELCOME], parseWelcome),
  valueTarget('error message', ['parseErrorMessage'], [{ code: 'CLOSED', message: 'over', reset: true }], parseErrorMessage),
  valueTarget('game event', ['parseGameEvent'], [EVENT], parseGameEvent),
  valueTarget('figures', ['parseNumbers'], [{ frames: 30, bytesUp: 1e6, share: 0.5 }], parseNumbers),
  bytesTarget(
    'message envelope',
    ['decodeMessage'],
    [encodeMessage('event', EVENT), encodeMessage('stats', { a: 1 })],
    decodeMessage,
  ),
  bytesTarget(
    'kept records',
    ['decodeKept'],
    () => [
      encodeKept([
        { kind: 'pixels', time: 10, bytes: sampleSession().pixels[0] },
        { kind: 'event', time: 20, bytes: text(EVENT) },
      ]),
    ],
    decodeKept,
  ),
  bytesTarget('stored event', ['readEvent'], [text(EVENT), text({ name: 'gap', data: null })], readEvent),
  bytesTarget(
    'picture',
    ['decodePicture'],
    [encodePicture({ layer: 'frame', format: 'image/webp', ...GRID, frameId: 3, time: 9, data: new Uint8Array(90) })],
    decodePicture,
  ),
  bytesTarget(
    'coordinate packet',
    ['CoordinateDecoder'],
    () => sampleSession().coordinates,
    (bytes) => {
      const decoder = new CoordinateDecoder(GRID);
      return decoder.decode(bytes).map((request) => decoder.expand(request));
    },
  ),
  pixelTarget('pixel packet', {}),
  pixelTarget('pixel packet with depth', { depth: true }),
  bytesTarget(
    'packet digest',
    ['PacketDigestReader'],
    () => sampleSession({ digest: true }).pixels,
    (bytes) => digestOf(bytes),
  ),
  bytesTarget(
    'pixel decoder state',
    ['PixelPacketDecoder.restore', 'readModel', 'readWords', 'readMap'],
    () => {
      const { pixels, sets } = sampleSession({ depth: true });
      const decoder = new PixelPacketDecoder({ ...SHAPE, depth: true, resolve: (id) => sets.get(id) });
      return pixels.map((packet) => {
        decoder.decode(packet);
        return decoder.save();
      });
    },
    restoredPixels(),
    { share: 0.3 },
  ),
  bytesTarget(
    'state packet',
    ['StateDecoder'],
    () => {
      const encoder = new StateEncoder(SCHEMA);
      return [0, 1, 2].map((i) => encoder.encode(stateAt(i)).slice());
    },
    (bytes) => new StateDecoder(SCHEMA).decode(bytes),
  ),
  bytesTarget(
    'viewer message',
    ['decodeViewerMessage', 'readMatrices'],
    [encodeViewerCamera(CAMERA), encodeHandshake(1280, 720), new Uint8Array(16)],
    (bytes) => decodeViewerMessage(bytes, 1),
  ),
  bytesTarget(
    'camera of a renderer',
    ['decodeRendererCamera', 'readFrameId'],
    [encodeRendererCamera(CAMERA)],
    decodeRendererCamera,
  ),
  bytesTarget(
    'payload of a renderer',
    ['readPayloads', 'decodeUtf8'],
    () => {
      const data = new Uint8Array(300);
      return [bytesOf(encodePayloadHead({ frameId: 7, metadata: { picture: { a: 1 } }, data }), data)];
    },
    (bytes) => {
      const payloads: unknown[] = [];
      const stream = readPayloads(
        (payload) => payloads.push(payload),
        (error) => payloads.push(error),
      );
      inPieces(bytes, (piece) => stream.push(piece));
      return payloads;
    },
    // Pictures of 64 MiB are within the limits, and room is made for one as soon as its head says so.
    { bytes: 72 * 1024 * 1024 },
  ),
  bytesTarget(
    'frames of a FIFO',
    ['readFifoFrames'],
    [bytesOf(encodeFifoHead(7, 300), new Uint8Array(300))],
    (bytes) => {
      const frames: unknown[] = [];
      const stream = readFifoFrames((_, data) => frames.push(data));
      inPieces(bytes, (piece) => stream.push(piece));
      return frames;
    },
    { bytes: 72 * 1024 * 1024 },
  ),
  bytesTarget(
    'JPEG picture',
    ['decodeJpegPicture'],
    [bytesOf(encodeJpegHead(200, 100, 9, TIMES), new Uint8Array(300))],
    decodeJpegPicture,
  ),
  bytesTarget(
    'H.264 picture',
    ['decodeH264Picture'],
    [bytesOf(encodeH264Head(300, 9, TIMES), new Uint8Array(300))],
    decodeH264Picture,
  ),
];

/** A first packet that is well, then one that is not: what decoders remember is in play. */
function pixelTarget(name: string, options: { readonly depth?: boolean }): FuzzTarget {
  const { pixels, sets } = sampleSession(options);
  return bytesTarget(
    name,
    ['PixelPacketDecoder', 'readPacketHead', 'pixelPacketSpan'],
    pixels,
    (bytes) => {
      pixelPacketSpan(bytes);
      const decoder = new PixelPacketDecoder({ ...SHAPE, ...options, resolve: (id) => sets.get(id % 8) });
      decoder.decode(pixels[0]);
      return decoder.decode(bytes);
    },
    { share: 0.5 },
  );
}

function digestOf(bytes: Uint8Array): unknown {
  const { pixels, requests } = sampleDigests();
  const reader = new PacketDigestReader({ grid: GRID, resolve: (id) => requests.get(id)?.explicit });
  reader.read(pixels[0]);
  return reader.read(bytes);
}

let digests: ReturnType<typeof sampleSession> | null = null;
function sampleDigests(): ReturnType<typeof sampleSession> {
  digests ??= sampleSession({ digest: true });
  return digests;
}

/** A state that was taken must also go on. */
function restoredPixels(): (bytes: Uint8Array) => unknown {
  const { pixels, sets } = sampleSession({ depth: true });
  return (bytes) => {
    const decoder = new PixelPacketDecoder({ ...SHAPE, depth: true, resolve: (id) => sets.get(id) });
    decoder.restore(bytes);
    return decoder.decode(pixels[2]);
  };
}

/** As a socket would bring it. */
function inPieces(bytes: Uint8Array, push: (piece: Uint8Array) => void): void {
  const size = 1 + ((bytes[0] ?? 0) % 97);
  for (let at = 0; at < bytes.length; at += size) push(bytes.subarray(at, at + size));
}
