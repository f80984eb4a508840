import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { encodeKept, encodeMessage } from '@sgaps/protocol';
import { recordOptions, TestRecorder } from '../../../../sdk-server/src/testing/TestRecorder.js';
import type { FuzzRandom } from '../FuzzRandom.js';
import { mutateBytes } from '../mutateBytes.js';
import { mutateValue, textOf } from '../mutateValue.js';
import { sampleSession } from '../targets/samples.js';
import { type Attack, insist, inTurns } from './Attack.js';
import { type FrameOptions, handshake, sayRaw, webSocketFrame } from './rawSocket.js';

const NONE = new Uint8Array(0);
/** ms after which nothing more is expected. */
const MOMENT = 1500;
/** Frames, and the close code that answers them, if one must. */
const FRAMES: readonly (readonly [name: string, bytes: () => Buffer])[] = [
  ['unmasked', () => webSocketFrame(randomBytes(10), { isMasked: false })],
  ['reserved bits', () => webSocketFrame(randomBytes(10), { reserved: 7 })],
  ['no opcode', () => webSocketFrame(randomBytes(10), { opcode: 5 })],
  ['a control frame in pieces', () => webSocketFrame(NONE, { opcode: 9, fin: false })],
  ['a long control frame', () => webSocketFrame(randomBytes(126), { opcode: 9 })],
  ['beyond numbers', () => webSocketFrame(randomBytes(10), { claimed: 2n ** 63n })],
  ['4 GB', () => webSocketFrame(randomBytes(10), { claimed: 2n ** 32n })],
  ['too large', () => webSocketFrame(randomBytes(200_000))],
  ['too large in pieces', () => Buffer.concat(pieces(3000, 100))],
  ['50,000 empty pieces', () => Buffer.concat(pieces(50_000, 0))],
  ['a piece of nothing', () => webSocketFrame(randomBytes(5), { opcode: 0 })],
  ['text that is no UTF-8', () => webSocketFrame(Uint8Array.of(0xff, 0xfe, 0xc0), { opcode: 1 })],
  ['a close code that is none', () => webSocketFrame(Uint8Array.of(0, 5), { opcode: 8 })],
  ['a close reason that is no UTF-8', () => webSocketFrame(Uint8Array.of(3, 232, 0xff), { opcode: 8 })],
  ['half a frame', () => webSocketFrame(randomBytes(100)).subarray(0, 20)],
  ['bytes', () => randomBytes(3000)],
];

function pieces(count: number, bytes: number): Buffer[] {
  const payload = new Uint8Array(bytes);
  const more: FrameOptions = { opcode: 0, fin: false };
  return Array.from({ length: count }, (_, i) => webSocketFrame(payload, i === 0 ? { fin: false } : more));
}

const frames: Attack = {
  name: 'frames of WebSockets',
  run: (server, _, effort) => {
    const tried = Array.from({ length: effort }, () => FRAMES).flatMap((list) =>
      list.flatMap(([name, bytes]) => [server.port, server.viewingPort].map((port) => [name, bytes, port] as const)),
    );
    return inTurns(tried, 8, async ([name, bytes, port]) => {
      const { text, isClosed } = await sayRaw(port, Buffer.concat([Buffer.from(handshake('/?scene=nothing')), bytes()]), MOMENT);
      insist(isClosed || text.startsWith('HTTP/1.1 101'), `${name}: ${text.slice(0, 60)}`);
    });
  },
};

/** Sends and never reads: the server must not keep what it would answer for ever. */
const deaf: Attack = {
  name: 'pings without end, of those who read nothing',
  run: (server, _, effort) => {
    const flood = Buffer.concat(Array.from({ length: 4000 }, () => webSocketFrame(randomBytes(120), { opcode: 9 })));
    const ports = Array.from({ length: 2 * effort }, () => [server.port, server.viewingPort]).flat();
    return inTurns(ports, 8, async (port) => {
      const closed = await new Promise<boolean>((resolve) => {
        const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(handshake('/')));
        socket.pause();
        socket.on('error', () => resolve(true));
        socket.on('close', () => resolve(true));
        const push = setInterval(() => socket.writable && socket.write(flood), 20);
        setTimeout(() => {
          clearInterval(push);
          resolve(socket.destroyed);
          socket.destroy();
        }, 3000);
      });
      insist(closed, 'one who floods with pings and reads nothing was let go on');
    });
  },
};

const EVENT = { name: 'level-up', data: { level: 2, items: ['sword'] }, time: 1200 };
/** Bytes that no packer makes, and that unpack to more than they are. */
const BOMBS: readonly (readonly number[])[] = [
  // 30 lists of twice the one before, by reference.
  Array.from({ length: 30 }, (_, i) => [0xd6, 0x69, 0, 0, 0, i, 0x92]).flat(),
  [0xdd, 0x7f, 0xff, 0xff, 0xff, ...new Array(20).fill(0xdd)],
  [0xdf, 0x7f, 0xff, 0xff, 0xff],
  [0xc6, 0xff, 0xff, 0xff, 0xff],
  new Array(50_000).fill(0x91),
  new Array(50_000).fill(0x81),
  [0xd4, 0x78, 0, 0x92, 0xa9, ...Buffer.from('(a+)+$(a+'), 0xa1, 0x67],
];

/** A message under a name, as Colyseus has it: kind, name, body. */
function roomMessage(kind: number, name: string, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([kind, 0xa0 | name.length]), Buffer.from(name), body]);
}

const messages: Attack = {
  name: 'messages of a room',
  run: async (server, random, effort) => {
    const { pixels } = sampleSession();
    let sent = 0;
    for (let round = 0; round < 4 * effort; round++) {
      const recorder = await TestRecorder.join(server.url, round % 4 === 3 ? { keptMs: 1000 } : {});
      for (let i = 0; i < 25 && recorder.left === null; i++, sent++) send(recorder.room, random, pixels);
      await new Promise((resolve) => setTimeout(resolve, 100));
      if (recorder.left === null) await recorder.room.leave();
    }
    return sent;
  },
};

function send(room: TestRecorder['room'], random: FuzzRandom, pixels: readonly Uint8Array[]): void {
  const raw = (bytes: Uint8Array) => room.connection.send(bytes);
  const name = random.pick(['event', 'stats', 'live', 'watch', '__proto__', 'constructor', 'error']);
  switch (random.below(6)) {
    case 0:
      sendValue(room, name, mutateValue([EVENT, { frames: 3 }], random));
      break;
    case 1:
      raw(roomMessage(random.pick([13, 21]), name, Uint8Array.from(random.pick(BOMBS))));
      break;
    case 2:
      room.sendBytes('pixels', mutateBytes(pixels, random).slice(0, 64 * 1024));
      break;
    case 3:
      room.sendBytes(
        'kept',
        mutateBytes([encodeKept([{ kind: 'pixels', time: 3, bytes: pixels[0] }])], random).slice(0, 64 * 1024),
      );
      break;
    case 4:
      raw(
        mutateBytes(
          [Buffer.concat([Buffer.of(13), encodeMessage('event', EVENT).subarray(1)]), roomMessage(17, 'pixels', pixels[1])],
          random,
        ).slice(0, 64 * 1024),
      );
      break;
    default:
      raw(Uint8Array.of(random.below(256), ...random.bytes(random.length(40))));
  }
}

/** Packs it as clients do. What they could not pack comes from those who pack by hand: BOMBS. */
function sendValue(room: TestRecorder['room'], name: string, value: unknown): void {
  try {
    room.send(name, textOf(value) === null ? null : value);
  } catch {
    room.send(name, null);
  }
}

const viewers: Attack = {
  name: 'messages of viewers',
  run: (server, random, effort) => {
    const texts = [
      '{"type":{"toString":0,"valueOf":0}}',
      '{"type":"overlays","layers":[{}]}',
      '{"type":"overlays"}',
      '[',
      'null',
      '['.repeat(3000),
      '{"__proto__":{"type":"overlays"}}',
      '"x"',
    ];
    const camera = new Uint8Array(160);
    const tried = Array.from({ length: 15 * effort }, () => {
      const list = Array.from({ length: 25 }, () =>
        random.chance(0.5)
          ? webSocketFrame(Buffer.from(random.pick(texts)), { opcode: 1 })
          : webSocketFrame(mutateBytes([camera, new Uint8Array(4), new Uint8Array(16)], random).slice(0, 3000)),
      );
      return Buffer.concat([
        Buffer.from(
          handshake(
            `/?scene=${random.pick(['replay:a1', '..%2f..', '', '__proto__', 'x'.repeat(500)])}&encoder=${random.pick(['jpeg%2Bdepth', '', 'x'])}`,
          ),
        ),
        ...list,
      ]);
    });
    return inTurns(tried, 8, async (bytes) => {
      const { text, isClosed } = await sayRaw(server.viewingPort, bytes, MOMENT);
      insist(isClosed || text.startsWith('HTTP/1.1 101'), text.slice(0, 60));
    });
  },
};

const joins: Attack = {
  name: 'joins that nobody consumes, and rooms that are left at once',
  run: async (server, _, effort) => {
    const reserve = Array.from({ length: 25 * effort }, () => async () => {
      const body = JSON.stringify(recordOptions());
      const answer = await fetch(`${server.url}/matchmake/create/sgaps`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      insist(answer.status === 200 || (answer.status >= 400 && answer.status < 530), `a join was answered with ${answer.status}`);
    });
    const visit = Array.from({ length: 15 * effort }, () => async () => {
      const { room } = await TestRecorder.join(server.url);
      await room.leave();
    });
    return inTurns([...reserve, ...visit], 8, (run) => run());
  },
};

/** Over WebSockets. */
export const socketAttacks: readonly Attack[] = [frames, deaf, messages, viewers, joins];
