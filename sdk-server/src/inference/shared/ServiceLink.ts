import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { SgapsError } from '@sgaps/protocol';
import { OUTPUT_PIXEL_BYTES } from '../frameOutput.js';
import type { PendingFrame } from '../PendingFrame.js';
import { type InferenceAddress, netOptions, writeAddress } from './address.js';
import type { ServiceHello } from './InferenceHost.js';
import { isProof, proofOf } from './proof.js';
import { MessageKind, MessageReader, messageHead, NONCE_BYTES, PROOF_BYTES, runHead, WIRE_VERSION } from './wire.js';

/** ms to connect and to be known to each other. */
const READY_WITHIN = 5_000;
/** Bytes that the service has not taken: beyond that nothing is asked of it. */
const MOST_UNSENT = 64 * 1024 * 1024;

/** What a link tells whoever holds it. */
export interface ServiceLinkEvents {
  /** The picture of a frame, and the ms that the service took for it. */
  onOutput(frame: PendingFrame, output: ArrayBuffer, ms: number): void;
  /** The service has none, or there is no service any more. */
  onNothing(frame: PendingFrame, isGone: boolean): void;
  onGone(reason: string): void;
}

/**
 * A connection to an inference service.
 *
 * @example
 * ```ts
 * const link = await ServiceLink.open({ path: '/run/sgaps/inference.sock' }, null, events);
 * if (!link.run(frame, session)) tally.late(frame);
 * ```
 */
export class ServiceLink {
  readonly #reader = new MessageReader({
    begin: (kind, head, bytes) => this.#begin(kind, head, bytes),
    end: (kind, head, body) => this.#end(kind, head, body),
  });
  readonly #nonce = randomBytes(NONCE_BYTES);
  readonly #pending = new Map<number, { readonly frame: PendingFrame; readonly buffer: ArrayBuffer }>();
  #serviceNonce: Uint8Array = new Uint8Array(NONCE_BYTES);
  #next = 0;
  #ready: ((hello: ServiceHello) => void) | null = null;
  #gone = false;
  /** Sessions that are served by it. */
  sessions = 0;
  hello!: ServiceHello;

  private constructor(
    readonly address: InferenceAddress,
    /** The newest, or null for none. */
    private readonly secret: string | null,
    private readonly events: ServiceLinkEvents,
    private readonly socket: Socket,
  ) {
    socket.setNoDelay(true);
    socket.on('data', (bytes: Uint8Array) => this.#take(bytes));
  }

  /** @throws SgapsError `PROVIDER_UNAVAILABLE` where no service answers, or one that does not know the secret. */
  static async open(address: InferenceAddress, secret: string | null, events: ServiceLinkEvents): Promise<ServiceLink> {
    const socket = connect(netOptions(address));
    const link = new ServiceLink(address, secret, events, socket);
    const where = writeAddress(address);
    let timer: NodeJS.Timeout | undefined;
    try {
      link.hello = await new Promise<ServiceHello>((resolve, reject) => {
        const fail = (why: string) => reject(new SgapsError('PROVIDER_UNAVAILABLE', `No inference service at ${where}: ${why}.`));
        link.#ready = resolve;
        timer = setTimeout(() => fail(`no answer within ${READY_WITHIN} ms`), READY_WITHIN);
        socket.on('error', (error) => {
          fail(error.message);
          link.#fall(error.message);
        });
        socket.once('close', () => {
          fail('it closed the connection; is SGAPS_SECRET the same?');
          link.#fall('it closed the connection');
        });
      });
      return link;
    } catch (error) {
      link.close();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Frames that are not answered. */
  get waiting(): number {
    return this.#pending.size;
  }

  /** Asks for a frame; false where the service is gone or does not keep up. Its planes are read until it is settled. */
  run(frame: PendingFrame, session: number): boolean {
    if (this.#gone || this.socket.writableLength > MOST_UNSENT) return false;
    const { grid, planes, asker } = frame;
    const id = this.#next;
    this.#next = (this.#next + 1) >>> 0;
    const buffer = frame.reuse ?? new ArrayBuffer(OUTPUT_PIXEL_BYTES * grid.width * grid.height);
    this.#pending.set(id, { frame, buffer });
    this.socket.cork();
    this.socket.write(runHead({ frame: id, session, grid, lateAfterMs: asker.lateAfterMs }));
    this.socket.write(planes);
    this.socket.uncork();
    // One that is late is not answered any more, and its buffer is its asker's again.
    void frame.output.then(() => {
      if (this.#pending.delete(id)) this.#reader.abandon(new Uint8Array(buffer));
    });
    return true;
  }

  close(): void {
    this.#gone = true;
    this.socket.destroy();
  }

  #take(bytes: Uint8Array): void {
    try {
      this.#reader.push(bytes);
    } catch (error) {
      this.#fall(error instanceof Error ? error.message : String(error));
      this.socket.destroy();
    }
  }

  #begin(kind: MessageKind, head: DataView, bytes: number): Uint8Array | null {
    if (kind === MessageKind.ready) return new Uint8Array(bytes);
    if (kind !== MessageKind.output) return null;
    const pending = this.#pending.get(head.getUint32(0, true));
    if (!pending) return null;
    if (bytes !== pending.buffer.byteLength) throw SgapsError.malformed('inference message: a picture of another size');
    return new Uint8Array(pending.buffer);
  }

  #end(kind: MessageKind, head: DataView, body: Uint8Array | null): void {
    if (kind === MessageKind.challenge) this.#answer(head);
    else if (kind === MessageKind.ready) this.#hear(head, body ?? new Uint8Array());
    else if (kind === MessageKind.output || kind === MessageKind.nothing) this.#settle(head, body);
    else throw SgapsError.malformed('inference message: out of turn');
  }

  #answer(head: DataView): void {
    if (head.getUint8(0) !== WIRE_VERSION)
      throw new SgapsError('VERSION_UNSUPPORTED', `It speaks version ${head.getUint8(0)}, this is ${WIRE_VERSION}.`);
    if (head.getUint8(1) !== 0 && this.secret === null)
      throw new SgapsError('UNAUTHORIZED', 'It asks for a secret; set SGAPS_SECRET.');
    this.#serviceNonce = new Uint8Array(head.buffer, head.byteOffset + 2, NONCE_BYTES).slice();
    this.socket.write(
      messageHead(MessageKind.hello, 0, (out) => {
        out.setUint8(0, WIRE_VERSION);
        const own = new Uint8Array(out.buffer, out.byteOffset + 1, NONCE_BYTES + PROOF_BYTES);
        own.set(this.#nonce);
        own.set(proofOf(this.secret, 'server', this.#serviceNonce, this.#nonce), NONCE_BYTES);
      }),
    );
  }

  #hear(head: DataView, body: Uint8Array): void {
    const proof = new Uint8Array(head.buffer, head.byteOffset, PROOF_BYTES);
    // A service without a secret is taken where a Unix socket or this machine vouches for it; see `InferenceHost.listen`.
    if (this.secret !== null && !isProof(proof, proofOf(this.secret, 'service', this.#serviceNonce, this.#nonce)))
      throw new SgapsError('UNAUTHORIZED', 'It does not know the secret; set SGAPS_SECRET there too.');
    this.#ready?.(readHello(body));
    this.#ready = null;
  }

  #settle(head: DataView, body: Uint8Array | null): void {
    const id = head.getUint32(0, true);
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#pending.delete(id);
    if (body) this.events.onOutput(pending.frame, pending.buffer, head.getFloat32(4, true));
    else this.events.onNothing(pending.frame, false);
  }

  #fall(reason: string): void {
    if (this.#gone) return;
    this.#gone = true;
    const lost = [...this.#pending.values()];
    this.#pending.clear();
    for (const { frame } of lost) this.events.onNothing(frame, true);
    this.events.onGone(reason);
  }
}

function readHello(body: Uint8Array): ServiceHello {
  let hello: Partial<Record<keyof ServiceHello, unknown>> = {};
  try {
    hello = (JSON.parse(new TextDecoder().decode(body)) ?? {}) as typeof hello;
  } catch {
    // Told below.
  }
  const { model, sha256, provider } = hello;
  if (
    typeof model !== 'string' ||
    typeof sha256 !== 'string' ||
    (provider !== 'cuda' && provider !== 'webgpu' && provider !== 'cpu')
  )
    throw SgapsError.malformed('inference message: what the service says of itself');
  return { model, sha256, provider };
}
