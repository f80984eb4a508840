import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { ModelBackend, ModelOutput } from '@sgaps/core';
import { isSgapsError, SgapsError } from '@sgaps/protocol';
import type { Logger } from 'pino';
import { outputBuffer } from '../frameOutput.js';
import type { InferenceService } from '../InferenceService.js';
import type { Provider } from '../threadMessages.js';
import { type InferenceAddress, isOwnMachine, netOptions, writeAddress } from './address.js';
import { isProof, proofOf } from './proof.js';
import {
  MessageKind,
  MessageReader,
  messageHead,
  NONCE_BYTES,
  PROOF_BYTES,
  type RunHead,
  readRunHead,
  WIRE_VERSION,
} from './wire.js';

/** Frames of one server that may wait here: so many planes are in memory at most. */
const MOST_WAITING = 128;
/** Sessions of one server whose turn is kept apart; of more, those that asked last. */
const MOST_SESSIONS = 4096;
/** Servers at once. */
const MOST_SERVERS = 256;
/** Bytes of pictures that a server has not read: beyond that it gets none. */
const MOST_UNREAD = 64 * 1024 * 1024;
/** ms that a server may take to say who it is. */
const HELLO_WITHIN = 5_000;
/** Buffers kept for the next frames. */
const SPARE = 16;

/**
 * What a service says of itself to a server that may use it.
 *
 * @example
 * ```ts
 * const hello: ServiceHello = { model: 'sgaps-mae-small@1', sha256, provider: 'cuda' };
 * ```
 */
export interface ServiceHello {
  readonly model: string;
  /** Of its `model.onnx`. */
  readonly sha256: string;
  readonly provider: Provider;
}

/**
 * Options of `InferenceHost.listen`.
 *
 * @example
 * ```ts
 * const options: InferenceHostOptions = { service, sha256, address: { path: '/run/sgaps/inference.sock' }, secrets: [], log };
 * ```
 */
export interface InferenceHostOptions {
  readonly service: InferenceService;
  /** Of the model's graph. */
  readonly sha256: string;
  readonly address: InferenceAddress;
  /** What servers must know, one of them; none only where nobody but this machine reaches the address. */
  readonly secrets: readonly string[];
  readonly log: Logger;
}

/**
 * Lets servers of other processes run their frames on an `InferenceService`.
 *
 * @example
 * ```ts
 * const host = await InferenceHost.listen({ service, sha256, address: { path: '/run/sgaps/inference.sock' }, secrets: [], log });
 * ```
 */
export class InferenceHost {
  readonly #server: Server;
  readonly #guests = new Set<Guest>();

  private constructor(private readonly options: InferenceHostOptions) {
    this.#server = createServer({ noDelay: true }, (socket) => this.#greet(socket));
    this.#server.maxConnections = MOST_SERVERS;
  }

  /** @throws SgapsError `ARGUMENT_INVALID` where other machines reach it and there is no secret, or the address is taken; Node's error where it cannot be had. */
  static async listen(options: InferenceHostOptions): Promise<InferenceHost> {
    const { address, secrets } = options;
    if (secrets.length === 0 && !isOwnMachine(address))
      throw new SgapsError(
        'ARGUMENT_INVALID',
        `${writeAddress(address)} is reached by other machines: set SGAPS_SECRET here and where servers run.`,
      );
    if ('path' in address) await removeDeadSocket(address.path);
    const host = new InferenceHost(options);
    await new Promise<void>((resolve, reject) => {
      host.#server.once('error', (error: NodeJS.ErrnoException) =>
        reject(error.code === 'EADDRINUSE' ? new SgapsError('ARGUMENT_INVALID', `${writeAddress(address)} is taken.`) : error),
      );
      host.#server.listen({ ...netOptions(address), readableAll: false, writableAll: false }, resolve);
    });
    return host;
  }

  /** Where it listens: with the port that it got where it asked for 0. */
  get address(): InferenceAddress {
    const { address } = this.options;
    return 'path' in address ? address : { ...address, port: (this.#server.address() as AddressInfo).port };
  }

  /** Servers that use it. */
  get servers(): number {
    return this.#guests.size;
  }

  async close(): Promise<void> {
    for (const guest of this.#guests) guest.end();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #greet(socket: Socket): void {
    const guest = new Guest(socket, this.options, () => this.#guests.delete(guest));
    this.#guests.add(guest);
  }
}

/** A server that is connected. */
class Guest {
  readonly #reader = new MessageReader({
    begin: (kind, head, bytes) => this.#begin(kind, head, bytes),
    end: (kind, head, body) => this.#end(kind, head, body),
  });
  readonly #nonce = randomBytes(NONCE_BYTES);
  readonly #sessions = new Map<number, ModelBackend>();
  readonly #spareInputs: Uint8Array[] = [];
  readonly #spareOutputs: ModelOutput[] = [];
  readonly #timer: NodeJS.Timeout;
  #known = false;
  #waiting = 0;
  #run: RunHead | null = null;

  constructor(
    private readonly socket: Socket,
    private readonly options: InferenceHostOptions,
    onGone: () => void,
  ) {
    socket.on('error', () => undefined);
    socket.once('close', () => {
      clearTimeout(this.#timer);
      onGone();
    });
    socket.on('data', (bytes: Uint8Array) => this.#take(bytes));
    this.#timer = setTimeout(() => this.#refuse('it did not say who it is'), HELLO_WITHIN);
    const asks = options.secrets.length === 0 ? 0 : 1;
    socket.write(
      messageHead(MessageKind.challenge, 0, (head) => {
        head.setUint8(0, WIRE_VERSION);
        head.setUint8(1, asks);
        bytesAt(head, 2, NONCE_BYTES).set(this.#nonce);
      }),
    );
  }

  end(): void {
    this.socket.destroy();
  }

  #take(bytes: Uint8Array): void {
    try {
      if (!this.socket.destroyed) this.#reader.push(bytes);
    } catch (error) {
      this.#refuse(isSgapsError(error) ? error.message : String(error));
    }
  }

  #refuse(reason: string): void {
    this.options.log.warn({ reason, from: this.socket.remoteAddress }, 'a server was sent away');
    this.socket.destroy();
  }

  #begin(kind: MessageKind, head: DataView, bytes: number): Uint8Array | null {
    if (kind === MessageKind.hello && !this.#known) return null;
    if (kind !== MessageKind.run || !this.#known) throw SgapsError.malformed('inference message: out of turn');
    this.#run = readRunHead(head, bytes);
    if (this.#waiting >= MOST_WAITING) return null;
    const at = this.#spareInputs.findIndex(({ length }) => length === bytes);
    return at < 0 ? new Uint8Array(bytes) : this.#spareInputs.splice(at, 1)[0];
  }

  #end(kind: MessageKind, head: DataView, body: Uint8Array | null): void {
    if (kind === MessageKind.hello) this.#hear(head);
    else if (this.#run && body) void this.#answer(this.#run, body);
    else if (this.#run) this.#sayNothing(this.#run.frame);
  }

  #hear(head: DataView): void {
    const { secrets, service, sha256 } = this.options;
    if (head.getUint8(0) !== WIRE_VERSION) return this.#refuse(`it speaks version ${head.getUint8(0)}, this is ${WIRE_VERSION}`);
    const nonce = bytesAt(head, 1, NONCE_BYTES).slice();
    const proof = bytesAt(head, 1 + NONCE_BYTES, PROOF_BYTES);
    // Each is tried: secrets are exchanged one process after the other.
    const secret = secrets.find((known) => isProof(proof, proofOf(known, 'server', this.#nonce, nonce))) ?? null;
    if (secret === null && secrets.length > 0) return this.#refuse('it does not know the secret');
    this.#known = true;
    clearTimeout(this.#timer);
    const { model, provider } = service.figures();
    const hello: ServiceHello = { model, sha256, provider };
    const body = new TextEncoder().encode(JSON.stringify(hello));
    this.socket.write(
      messageHead(MessageKind.ready, body.length, (out) =>
        bytesAt(out, 0, PROOF_BYTES).set(proofOf(secret, 'service', this.#nonce, nonce)),
      ),
    );
    this.socket.write(body);
  }

  async #answer({ frame, session, grid, lateAfterMs }: RunHead, planes: Uint8Array): Promise<void> {
    this.#waiting++;
    const size = grid.width * grid.height;
    const at = this.#spareOutputs.findIndex((output) => outputBuffer(output, size) !== null);
    const reuse = at < 0 ? null : this.#spareOutputs.splice(at, 1)[0];
    const since = performance.now();
    const output = await this.#backend(session, lateAfterMs)
      .run(grid, planes, reuse)
      .catch((error: unknown) => {
        this.options.log.warn({ err: error }, 'a frame could not be run');
        return null;
      });
    this.#waiting--;
    this.#spareInputs.push(planes);
    if (this.#spareInputs.length > SPARE) this.#spareInputs.shift();
    const bytes = output && outputBuffer(output, size);
    if (!bytes || this.socket.writableLength > MOST_UNREAD) this.#sayNothing(frame);
    else this.#say(frame, performance.now() - since, output, bytes);
  }

  #say(frame: number, ms: number, output: ModelOutput, bytes: ArrayBuffer): void {
    if (this.socket.destroyed) return;
    const head = messageHead(MessageKind.output, bytes.byteLength, (out) => {
      out.setUint32(0, frame, true);
      out.setFloat32(4, ms, true);
    });
    this.socket.cork();
    this.socket.write(head);
    this.socket.write(new Uint8Array(bytes), () => {
      this.#spareOutputs.push(output);
      if (this.#spareOutputs.length > SPARE) this.#spareOutputs.shift();
    });
    this.socket.uncork();
  }

  #sayNothing(frame: number): void {
    if (!this.socket.destroyed) this.socket.write(messageHead(MessageKind.nothing, 0, (out) => out.setUint32(0, frame, true)));
  }

  #backend(session: number, lateAfterMs: number): ModelBackend {
    let backend = this.#sessions.get(session);
    if (!backend) {
      backend = this.options.service.open({ lateAfterMs });
      if (this.#sessions.size >= MOST_SESSIONS) for (const [oldest] of this.#sessions) if (this.#sessions.delete(oldest)) break;
      this.#sessions.set(session, backend);
    }
    return backend;
  }
}

function bytesAt(view: DataView, at: number, bytes: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, bytes);
}

/** A socket's file outlives a service that was killed. */
async function removeDeadSocket(path: string): Promise<void> {
  const isDead = await new Promise<boolean>((resolve) => {
    const probe = connect({ path });
    probe.once('connect', () => resolve(false));
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
    probe.once('close', () => resolve(false));
    probe.once('connect', () => probe.destroy());
  });
  if (isDead) rmSync(path, { force: true });
}
