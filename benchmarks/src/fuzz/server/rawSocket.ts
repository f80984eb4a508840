import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/** What a connection came to. */
export interface RawAnswer {
  /** All that the server said, Latin-1. */
  readonly text: string;
  /** Status lines in it. */
  readonly statuses: readonly number[];
  /** The server ended it; else patience did. */
  readonly isClosed: boolean;
  readonly ms: number;
}

/** ms that answers are waited for. */
const PATIENCE = 3000;

/**
 * Says something to a port of this machine byte by byte, as no HTTP client would, and hears what comes.
 *
 * @example
 * ```ts
 * const { statuses } = await sayRaw(2567, 'GET / HTTP/1.1\r\nHost: [\r\n\r\n');
 * ```
 */
export function sayRaw(port: number, bytes: string | Uint8Array, patience = PATIENCE): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const begun = performance.now();
    const socket = connect({ port, host: '127.0.0.1' });
    const pieces: Buffer[] = [];
    let isClosed = false;
    const done = () => {
      clearTimeout(timer);
      const text = Buffer.concat(pieces).toString('latin1');
      const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));
      resolve({ text, statuses, isClosed, ms: performance.now() - begun });
    };
    const timer = setTimeout(() => socket.destroy(), patience);
    socket.on('connect', () => socket.write(bytes));
    socket.on('data', (piece) => pieces.push(piece));
    socket.on('end', () => {
      isClosed = true;
    });
    socket.on('error', () => {
      isClosed = true;
    });
    socket.on('close', done);
  });
}

/** The head of a WebSocket's handshake. */
export function handshake(path: string, change: Readonly<Record<string, string | null>> = {}): string {
  const headers: Record<string, string | null> = {
    ...{ Host: 'localhost', Upgrade: 'websocket', Connection: 'Upgrade', 'Sec-WebSocket-Version': '13' },
    ...{ 'Sec-WebSocket-Key': randomBytes(16).toString('base64') },
    ...change,
  };
  const lines = Object.entries(headers).filter(([, value]) => value !== null);
  return `GET ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
}

/** How a frame of a WebSocket is made wrong; by default it is right. */
export interface FrameOptions {
  readonly opcode?: number;
  readonly fin?: boolean;
  readonly reserved?: number;
  readonly isMasked?: boolean;
  /** What it says its length is. */
  readonly claimed?: bigint;
}

/** A frame as a client sends it, or should not. */
export function webSocketFrame(payload: Uint8Array, options: FrameOptions = {}): Buffer {
  const { opcode = 2, fin = true, reserved = 0, isMasked = true, claimed = BigInt(payload.length) } = options;
  const first = (fin ? 128 : 0) | (reserved << 4) | opcode;
  const mask = isMasked ? 128 : 0;
  let head: Buffer;
  if (claimed < 126n) head = Buffer.from([first, mask | Number(claimed)]);
  else if (claimed < 65536n) head = Buffer.from([first, mask | 126, Number(claimed >> 8n), Number(claimed & 255n)]);
  else {
    head = Buffer.alloc(10);
    head[0] = first;
    head[1] = mask | 127;
    head.writeBigUInt64BE(claimed, 2);
  }
  // A mask of zeros leaves the bytes as they are.
  return Buffer.concat([head, isMasked ? Buffer.alloc(4) : Buffer.alloc(0), payload]);
}

/** Opens a connection that says `first`, and lets go of it when asked or when the server does. */
export function holdOpen(port: number, first: string): { readonly socket: Socket; readonly closed: Promise<number> } {
  const begun = performance.now();
  const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(first));
  socket.on('error', () => undefined);
  socket.resume();
  const closed = new Promise<number>((resolve) => socket.once('close', () => resolve(performance.now() - begun)));
  return { socket, closed };
}
