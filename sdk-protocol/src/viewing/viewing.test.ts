import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSgapsError, type SgapsErrorCode } from '../errors.js';
import { type CameraFrame, LIVE_EDGE } from './CameraFrame.js';
import { encodeFifoHead, readFifoFrames } from './fifoFrames.js';
import { encodePayloadHead, type RenderPayload, readPayloads } from './RenderPayload.js';
import { decodeRendererCamera, encodeRendererCamera } from './rendererCamera.js';
import { decodeViewerMessage, encodeHandshake, encodeViewerCamera } from './viewerMessages.js';
import { decodeH264Picture, decodeJpegPicture, encodeH264Head, encodeJpegHead } from './viewerPictures.js';

/** Values that a 32-bit float holds exactly, different at each place. */
const matrix = (from: number) => Float32Array.from({ length: 16 }, (_, i) => from + i / 4);
const camera: CameraFrame = {
  view: matrix(1),
  intrinsics: matrix(-20),
  timeIndex: 12.5,
  frameId: 0xdeadbeef,
  clientTime: 1764461000123.25,
  serverTime: 1764461000130.5,
};
const times = { clientSent: 1.5, received: 2.25, processed: 3.125, sent: 4.0625 };

/** Bytes written by hand, from the tables of P10 to P14. */
function bytesOf(
  length: number,
  ...fields: readonly [offset: number, type: 'u16' | 'u32' | 'u64' | 'f32' | 'f64', value: number][]
) {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  for (const [at, type, value] of fields) {
    if (type === 'u16') view.setUint16(at, value, true);
    else if (type === 'u32') view.setUint32(at, value, true);
    else if (type === 'u64') view.setBigUint64(at, BigInt(value), true);
    else if (type === 'f32') view.setFloat32(at, value, true);
    else view.setFloat64(at, value, true);
  }
  return bytes;
}
const matrixFields = (at: number, values: Float32Array) =>
  Array.from(values, (value, i) => [at + 4 * i, 'f32', value] as [number, 'f32', number]);
const matrices = [...matrixFields(0, camera.view), ...matrixFields(64, camera.intrinsics)];

const codeOf = (work: () => unknown): SgapsErrorCode | 'none' => {
  try {
    work();
    return 'none';
  } catch (error) {
    if (!isSgapsError(error)) throw error;
    return error.code;
  }
};
const joined = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
/** The same bytes in pieces that end at `cuts`. */
const pieces = (bytes: Uint8Array, cuts: readonly number[]) => {
  const ends = [...new Set([...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b);
  return ends.map((end, i) => bytes.slice(i === 0 ? 0 : ends[i - 1], end));
};

describe('what viewers send (P10)', () => {
  it('is a handshake of 4 bytes: u16 width, u16 height', () => {
    expect(encodeHandshake(1280, 720)).toEqual(Uint8Array.of(0x00, 0x05, 0xd0, 0x02));
    expect(decodeViewerMessage(Uint8Array.of(0x40, 0x01, 0xb4, 0x00), 0)).toEqual({ kind: 'handshake', width: 320, height: 180 });
  });

  it('is a ping of 16 bytes, whatever they are', () => {
    const bytes = Uint8Array.from({ length: 16 }, (_, i) => 255 - i);
    expect(decodeViewerMessage(bytes, 0)).toEqual({ kind: 'ping', bytes });
  });

  it('is a camera of 160 bytes: view @0, intrinsics @64, frame id @128, client time @136, time index @144', () => {
    const bytes = bytesOf(160, ...matrices, [128, 'u32', 0xdeadbeef], [136, 'f64', camera.clientTime], [144, 'f32', 12.5]);
    expect(encodeViewerCamera(camera)).toEqual(bytes);
    const scratch = new Uint8Array(160).fill(7);
    expect(encodeViewerCamera(camera, scratch)).toBe(scratch);
    expect(scratch).toEqual(bytes);
    expect(decodeViewerMessage(bytes, camera.serverTime)).toEqual({ kind: 'camera', camera });
    const live = encodeViewerCamera({ ...camera, timeIndex: LIVE_EDGE });
    expect(decodeViewerMessage(live, 0)).toMatchObject({ camera: { timeIndex: LIVE_EDGE } });
  });

  it('is refused where it makes no sense', () => {
    const with0 = (at: number, type: 'f32' | 'f64', value: number) => {
      const bytes = encodeViewerCamera(camera);
      const view = new DataView(bytes.buffer);
      if (type === 'f32') view.setFloat32(at, value, true);
      else view.setFloat64(at, value, true);
      return codeOf(() => decodeViewerMessage(bytes, 0));
    };
    expect([with0(0, 'f32', Number.NaN), with0(124, 'f32', Number.POSITIVE_INFINITY)]).toEqual([
      'BYTES_MALFORMED',
      'BYTES_MALFORMED',
    ]);
    expect([with0(144, 'f32', Number.NaN), with0(144, 'f32', -1)]).toEqual(['BYTES_MALFORMED', 'BYTES_MALFORMED']);
    expect([with0(136, 'f64', Number.NaN), with0(144, 'f32', 0)]).toEqual(['BYTES_MALFORMED', 'none']);
    expect(codeOf(() => decodeViewerMessage(bytesOf(4, [0, 'u16', 0], [2, 'u16', 9]), 0))).toBe('BYTES_MALFORMED');
    expect(codeOf(() => decodeViewerMessage(bytesOf(4, [0, 'u16', 5000], [2, 'u16', 9]), 0))).toBe('LIMIT_EXCEEDED');
    expect(codeOf(() => encodeHandshake(0.5, 9))).toBe('BYTES_MALFORMED');
    expect(codeOf(() => encodeViewerCamera({ ...camera, view: new Float32Array(9) }))).toBe('ARGUMENT_INVALID');
  });

  it('is decoded or refused by code, whatever its bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, sized) => {
        const taken = sized ? joined(bytes, new Uint8Array(160)).slice(0, 160) : bytes;
        codeOf(() => decodeViewerMessage(taken, 0));
        codeOf(() => decodeRendererCamera(taken.subarray(0, 152)));
        codeOf(() => decodeH264Picture(taken));
        codeOf(() => decodeJpegPicture(taken));
      }),
    );
  });
});

describe('what the renderer is sent (P12)', () => {
  it('is a camera of 152 bytes: client time @128, server time @136, time index @144, frame id @148', () => {
    const fields = [[128, 'f64', camera.clientTime] as const, [136, 'f64', camera.serverTime] as const];
    const bytes = bytesOf(
      152,
      ...matrices,
      ...fields.map((f) => [...f] as [number, 'f64', number]),
      [144, 'f32', 12.5],
      [148, 'u32', 0xdeadbeef],
    );
    expect(encodeRendererCamera(camera)).toEqual(bytes);
    expect(decodeRendererCamera(bytes)).toEqual(camera);
    expect(codeOf(() => decodeRendererCamera(bytes.subarray(1)))).toBe('BYTES_MALFORMED');
    expect(codeOf(() => decodeRendererCamera(bytesOf(152, [136, 'f64', Number.NaN])))).toBe('BYTES_MALFORMED');
  });
});

describe('what viewers get (P11)', () => {
  const four = (at: number) => Object.values(times).map((value, i) => [at + 8 * i, 'f64', value] as [number, 'f64', number]);

  it('is 40 bytes before an H.264 access unit', () => {
    const head = encodeH264Head(3, 9, times);
    expect(head).toEqual(bytesOf(40, [0, 'u32', 3], [4, 'u32', 9], ...four(8)));
    const unit = Uint8Array.of(5, 6, 7);
    expect(decodeH264Picture(joined(head, unit))).toEqual({ frameId: 9, times, unit });
    expect(codeOf(() => decodeH264Picture(head))).toBe('BYTES_TRUNCATED');
    expect(codeOf(() => decodeH264Picture(joined(head, unit, unit)))).toBe('BYTES_MALFORMED');
  });

  it('is 44 bytes before a JPEG and its depth', () => {
    const head = encodeJpegHead(2, 4, 9, times);
    expect(head).toEqual(bytesOf(44, [0, 'u32', 2], [4, 'u32', 4], [8, 'u32', 9], ...four(12)));
    const [jpeg, depth] = [Uint8Array.of(1, 2), Uint8Array.of(3, 4, 5, 6)];
    expect(decodeJpegPicture(joined(head, jpeg, depth))).toEqual({ frameId: 9, times, jpeg, depth });
    expect(codeOf(() => decodeJpegPicture(joined(head, jpeg)))).toBe('BYTES_TRUNCATED');
    expect(codeOf(() => decodeJpegPicture(head.subarray(0, 20)))).toBe('BYTES_TRUNCATED');
    expect(codeOf(() => decodeJpegPicture(joined(bytesOf(44, [0, 'u32', 0xffffffff], [4, 'u32', 0xffffffff]), jpeg)))).toBe(
      'BYTES_TRUNCATED',
    );
    expect(codeOf(() => encodeJpegHead(1, 2 ** 30, 0, times))).toBe('LIMIT_EXCEEDED');
  });
});

describe('what the renderer sends (P13)', () => {
  const payload: RenderPayload = { frameId: 2 ** 40 + 5, metadata: { a: 'ü', n: [1] }, data: Uint8Array.of(9, 8, 7) };
  const read = (bytes: readonly Uint8Array[]) => {
    const [taken, refused]: [RenderPayload[], SgapsErrorCode[]] = [[], []];
    const stream = readPayloads(
      ({ frameId, metadata, data }) => taken.push({ frameId, metadata, data: data.slice() }),
      ({ code }) => refused.push(code),
    );
    for (const piece of bytes) {
      stream.push(piece);
      // What was handed over may be overwritten.
      piece.fill(255);
    }
    return { taken, refused };
  };

  it('is a header of 16 bytes, JSON, and the data', () => {
    const json = new TextEncoder().encode('{"a":"ü","n":[1]}');
    const head = bytesOf(16, [0, 'u64', payload.frameId], [8, 'u32', json.length], [12, 'u32', 3]);
    expect(encodePayloadHead(payload)).toEqual(joined(head, json));
    expect(read([joined(head, json, payload.data)])).toEqual({ taken: [payload], refused: [] });
    expect(codeOf(() => encodePayloadHead({ ...payload, frameId: -1 }))).toBe('ARGUMENT_INVALID');
    expect(codeOf(() => encodePayloadHead({ ...payload, data: new Uint8Array(2 ** 26 + 1) }))).toBe('LIMIT_EXCEEDED');
  });

  it('comes whole out of pieces of any size', () => {
    const one = fc.record({
      frameId: fc.maxSafeNat(),
      metadata: fc.dictionary(fc.string(), fc.integer()),
      data: fc.uint8Array({ maxLength: 90 }),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 5 }), fc.array(fc.nat(), { maxLength: 40 }), (payloads, cuts) => {
        const bytes = joined(...payloads.flatMap((each) => [encodePayloadHead(each), each.data]));
        expect(read(pieces(bytes, cuts)).taken).toEqual(payloads);
      }),
    );
  });

  it('is passed over where its metadata is none, and the next is read', () => {
    const bad = (text: string) =>
      joined(bytesOf(16, [8, 'u32', text.length], [12, 'u32', 2]), new TextEncoder().encode(text), Uint8Array.of(1, 2));
    const beyond = bytesOf(16, [0, 'u64', 2 ** 60], [8, 'u32', 0], [12, 'u32', 0]);
    const good = joined(encodePayloadHead(payload), payload.data);
    const { taken, refused } = read([joined(bad('nope'), bad('[]'), bad('null'), beyond, good)]);
    expect([taken, refused]).toEqual([[payload], Array(4).fill('BYTES_MALFORMED')]);
  });

  it('is refused before anything is allocated where it would be too large, and nothing is read after that', () => {
    const stream = readPayloads(
      () => undefined,
      () => undefined,
    );
    expect(codeOf(() => stream.push(bytesOf(16, [8, 'u32', 2], [12, 'u32', 0xffffffff])))).toBe('LIMIT_EXCEEDED');
    expect(codeOf(() => stream.push(Uint8Array.of(1)))).toBe('CLOSED');
  });
});

describe('what a FIFO holds (P14)', () => {
  it('is a header of 12 bytes before each frame, in pieces of any size', () => {
    expect(encodeFifoHead(2 ** 33, 5)).toEqual(bytesOf(12, [0, 'u64', 2 ** 33], [8, 'u32', 5]));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.maxSafeNat(), fc.uint8Array({ maxLength: 40 })), { maxLength: 6 }),
        fc.array(fc.nat()),
        (frames, cuts) => {
          const bytes = joined(...frames.flatMap(([id, data]) => [encodeFifoHead(id, data.length), data]));
          const read: [number, Uint8Array][] = [];
          const stream = readFifoFrames((id, data) => read.push([id, data.slice()]));
          for (const piece of pieces(bytes, cuts)) stream.push(piece);
          expect(read).toEqual(frames);
        },
      ),
    );
  });

  it('is refused where it is too large or its id no whole number', () => {
    expect(codeOf(() => readFifoFrames(() => undefined).push(bytesOf(12, [8, 'u32', 2 ** 30])))).toBe('LIMIT_EXCEEDED');
    expect(codeOf(() => readFifoFrames(() => undefined).push(bytesOf(12, [4, 'u32', 0xffffffff])))).toBe('BYTES_MALFORMED');
    expect([codeOf(() => encodeFifoHead(1.5, 0)), codeOf(() => encodeFifoHead(1, 2 ** 30))]).toEqual([
      'ARGUMENT_INVALID',
      'LIMIT_EXCEEDED',
    ]);
  });
});
