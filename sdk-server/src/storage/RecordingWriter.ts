import { rm } from 'node:fs/promises';
import {
  type Compressor,
  encodeSnapshot,
  NO_FRAME,
  RECORDING,
  type RecordingHeader,
  type RecordingRecord,
  type RecordKind,
  SgapsError,
} from '@sgaps/protocol';
import { noteStorageError, storeMetrics } from '../watching/storeMetrics.js';
import { ChunkFile } from './ChunkFile.js';
import { createFiles, type NewFiles } from './createFiles.js';
import { within } from './deadline.js';
import { toStorageError } from './files.js';
import type { JournalFile } from './JournalFile.js';
import { RecordListeners } from './RecordListeners.js';
import { type RecordingFigures, RecordTally } from './RecordTally.js';
import { syncGate } from './SyncGate.js';

/** A journal is sealed once its records span this much… */
const SEAL_MS = 1000;
/** …or this many bytes. */
const SEAL_BYTES = 4 * 1024 * 1024;
/** A disk that has not sealed the journal before by the time the next one is this big counts as failed. */
const STALL_BYTES = 64 * 1024 * 1024;
const SYNC_MS = 1000;
const CLOSE_WITHIN = 10_000;

/**
 * Where and how a `RecordingWriter` writes.
 *
 * @example
 * ```ts
 * const options: RecordingWriterOptions = { path: '/data/a1.sgaps', journals: ['/data/a1.journal', '/data/a1.journal2'], compressor: zstdCompressor };
 * ```
 */
export interface RecordingWriterOptions {
  readonly path: string;
  readonly journals: readonly [string, string];
  readonly compressor: Compressor;
  /** Called once, when the recording stops because of its storage. */
  readonly onError?: (error: SgapsError) => void;
  /** Called for trouble that the recording survives: a compressor that failed (the chunk is stored as it is), a listener that threw. */
  readonly onWarning?: (error: SgapsError) => void;
  /** Awaited at the end of `close`; what it throws becomes a warning. */
  readonly onClosed?: (writer: RecordingWriter) => Promise<void>;
  /** ms that `close` waits for the disk, and again for `onClosed`, before it gives up on them; default 10,000. */
  readonly closeWithin?: number;
}

/**
 * Appends to one open recording. `append` hands each record to the system before it returns, so `kill -9` loses none that
 * was appended; sealing into chunks and fsync run beside it. Disk trouble never throws: the writer stops (`state`, `error`, `onError`)
 * and everything before stays readable and recoverable.
 *
 * @example
 * ```ts
 * const writer = await store.create(header, { onError: (error) => room.notify(error.code) });
 * writer.append('pixels', time, packet, firstFrame, lastFrame);
 * await writer.close();
 * ```
 */
export class RecordingWriter {
  private status: 'open' | 'failed' | 'closed' = 'open';
  private failure: SgapsError | null = null;
  private epoch = 0;
  private readonly tally = new RecordTally();
  private readonly listeners = new RecordListeners((cause) =>
    this.warn(new SgapsError('UNSUPPORTED', `A listener of recording ${this.id} threw and was removed.`, { cause })),
  );
  /** Takes appends. */
  private active: JournalFile;
  /** Free, or being sealed. */
  private other: JournalFile;
  /** True from the moment `other` is full until its records are in the file. */
  private otherUnsealed = false;
  private sealing: Promise<void> | null = null;
  private syncing: Promise<void> | null = null;
  private closing: Promise<void> | null = null;
  private isReleased = false;
  private readonly timer: NodeJS.Timeout;
  private readonly file: ChunkFile;

  private constructor(
    /** The header the recording was created with. */
    readonly header: RecordingHeader,
    private readonly options: RecordingWriterOptions,
    { handle, headerBytes, journals }: NewFiles,
  ) {
    [this.active, this.other] = journals;
    this.active.begin(this.epoch);
    const { compressor } = options;
    this.file = new ChunkFile(handle, headerBytes, {
      name: compressor.name,
      compress: (bytes) => this.compress(bytes),
      decompress: (bytes, maxBytes) => compressor.decompress(bytes, maxBytes),
    });
    this.timer = setInterval(() => this.syncSoon(), SYNC_MS);
    this.timer.unref();
  }

  /**
   * Creates the file with its header (durable before this resolves) and two empty journals. Throws `ARGUMENT_INVALID`
   * when the recording exists, `STORAGE_FULL` or `STORAGE_FAILED` when the disk does not take it.
   *
   * @example
   * ```ts
   * const writer = await RecordingWriter.create(header, { path, journals, compressor: zstdCompressor });
   * ```
   */
  static async create(header: RecordingHeader, options: RecordingWriterOptions): Promise<RecordingWriter> {
    return new RecordingWriter(header, options, await createFiles(header, options.path, options.journals));
  }

  /** The recording's id. */
  get id(): string {
    return this.header.recordingId;
  }

  /** `open` takes records; `failed` after disk trouble; `closed` after `close`. */
  get state(): 'open' | 'failed' | 'closed' {
    return this.status;
  }

  /** Why it failed, null if it did not. */
  get error(): SgapsError | null {
    return this.failure;
  }

  /** Its files are closed: nothing more is written to them by this writer. */
  get released(): boolean {
    return this.isReleased;
  }

  /** What was taken so far. */
  get figures(): RecordingFigures {
    return this.tally.figures;
  }

  /**
   * Appends a record; true when the system has it. False once failed or closed. `time`: ms since the start; frames: u32,
   * the first and last that a packet covers. `bytes` are copied. A recording ends by itself after seven days
   * (`LIMIT_EXCEEDED`). Throws `ARGUMENT_INVALID` or `LIMIT_EXCEEDED` only for arguments that no recording can hold: a negative
   * time or NaN, more than 16 MiB, frames that are no u32. Pass the server's clock, not a client's.
   *
   * @example
   * ```ts
   * writer.append('coordinates', performance.now() - start, packet);
   * ```
   */
  append(kind: RecordKind, time: number, bytes: Uint8Array, firstFrame = NO_FRAME, lastFrame = firstFrame): boolean {
    if (!(time >= 0)) throw new SgapsError('ARGUMENT_INVALID', `Record time ${time} is not at or after the recording's start.`);
    if (bytes.length > RECORDING.recordBytes) throw SgapsError.limit('record bytes', bytes.length, RECORDING.recordBytes);
    if (
      firstFrame >>> 0 !== firstFrame ||
      lastFrame >>> 0 !== lastFrame ||
      lastFrame < firstFrame ||
      (lastFrame === NO_FRAME && firstFrame !== NO_FRAME)
    ) {
      throw new SgapsError('ARGUMENT_INVALID', `Record frames ${firstFrame} … ${lastFrame} are not u32 in order.`);
    }
    if (this.status !== 'open') return false;
    if (time > RECORDING.timeMs) {
      this.fail(SgapsError.limit('record time in ms', time, RECORDING.timeMs));
      return false;
    }
    if (this.active.bytes > STALL_BYTES) {
      this.fail(new SgapsError('STORAGE_FAILED', `The disk does not keep up: ${this.active.bytes} bytes wait to be sealed.`));
      return false;
    }
    try {
      this.active.append(kind, this.tally.next, time, firstFrame, lastFrame, bytes);
    } catch (error) {
      this.fail(toStorageError(error, `appending to recording ${this.id}`));
      return false;
    }
    this.listeners.tell(kind, this.tally.take(kind, time, bytes, firstFrame), time, bytes, firstFrame, lastFrame);
    if (time - this.active.firstTime >= SEAL_MS || this.active.bytes >= SEAL_BYTES) this.sealSoon();
    return true;
  }

  /**
   * Appends a decoder snapshot: the state after all records appended so far. `frameId` is the last frame decoded.
   *
   * @example
   * ```ts
   * if (time - lastSnapshot >= 10_000) writer.snapshot(time, frameId, decoder.save(), webp);
   * ```
   */
  snapshot(time: number, frameId: number | null, state: Uint8Array, preview?: Uint8Array): boolean {
    const frame = frameId ?? NO_FRAME;
    return this.append('snapshot', time, encodeSnapshot(state, preview), frame, frame);
  }

  /**
   * Calls `listener` after each append, within it; returns the way to stop that. The record's bytes are the caller's own
   * buffer: copy what is to be kept. A listener that throws is removed and reported to `onWarning`; the recording goes on.
   *
   * @example
   * ```ts
   * const stop = writer.subscribe((record) => wake());
   * ```
   */
  subscribe(listener: (record: RecordingRecord) => void): () => void {
    return this.listeners.subscribe(listener);
  }

  /**
   * Resolves when everything appended so far is on the medium. Throws `STORAGE_FULL` or `STORAGE_FAILED`.
   *
   * @example
   * ```ts
   * await writer.flush();
   * ```
   */
  async flush(): Promise<void> {
    await this.sealing;
    await this.syncing;
    if (this.status === 'open') this.syncSoon();
    await this.syncing;
    await this.sealing; // A journal that was full meanwhile holds records from before this call.
    if (this.failure) throw this.failure;
  }

  /**
   * Seals what is open, writes the footer and removes the journals. Never rejects: where the disk does not take it, or does
   * not answer in time, `state` is `failed` and the journals stay for recovery. Calling it again waits for the same end.
   *
   * @example
   * ```ts
   * await writer.close();
   * ```
   */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  /** Swaps the journals and seals the full one beside the appends; does nothing while that is under way. */
  private sealSoon(): void {
    if (this.sealing || this.otherUnsealed) return;
    [this.active, this.other] = [this.other, this.active];
    this.active.begin(++this.epoch);
    this.otherUnsealed = true;
    this.sealing = this.seal()
      .catch((error: unknown) => this.fail(toStorageError(error, `sealing recording ${this.id}`)))
      .finally(() => {
        this.sealing = null;
      });
  }

  private async seal(): Promise<void> {
    await new Promise(setImmediate);
    const done = storeMetrics.seal.startTimer();
    const bytes = await this.file.seal(this.other.epoch, this.other.records());
    done();
    storeMetrics.chunkBytes.inc(bytes);
    this.otherUnsealed = false;
    await this.other.clear();
  }

  private syncSoon(): void {
    if (this.syncing || !this.active.dirty) return;
    this.syncing = this.sync().finally(() => {
      this.syncing = null;
    });
  }

  /** Never rejects: trouble becomes the writer's state. */
  private async sync(): Promise<void> {
    try {
      const journal = this.active;
      await syncGate.run(() => journal.sync());
    } catch (error) {
      this.fail(toStorageError(error, `flushing recording ${this.id}`));
    }
  }

  private fail(error: SgapsError): void {
    if (this.failure) return;
    this.failure = error;
    noteStorageError(error);
    this.status = 'failed';
    clearInterval(this.timer);
    report(this.options.onError, error);
  }

  private warn(error: SgapsError): void {
    noteStorageError(error);
    report(this.options.onWarning, error);
  }

  /** Packed bytes, or the bytes themselves where packing fails: a chunk may be stored as it is, so nothing is lost by it. */
  private async compress(bytes: Uint8Array): Promise<Uint8Array> {
    try {
      return await this.options.compressor.compress(bytes);
    } catch (cause) {
      this.warn(
        new SgapsError('UNSUPPORTED', `A chunk of recording ${this.id} could not be packed and is stored as it is.`, { cause }),
      );
      return bytes;
    }
  }

  private async end(): Promise<void> {
    if (this.status === 'open') this.status = 'closed';
    clearInterval(this.timer);
    const { closeWithin = CLOSE_WITHIN, onClosed } = this.options;
    const doing = `closing recording ${this.id}`;
    await within(closeWithin, doing, this.finish()).catch((error: unknown) => this.fail(toStorageError(error, doing)));
    this.listeners.clear();
    if (!onClosed) return;
    const noting = `noting the end of recording ${this.id}`;
    await within(closeWithin, noting, onClosed(this)).catch((error: unknown) => this.warn(toStorageError(error, noting)));
  }

  private async finish(): Promise<void> {
    await this.sealing;
    await this.syncing;
    try {
      if (this.otherUnsealed) await this.seal();
      if (!this.active.empty) {
        [this.active, this.other] = [this.other, this.active];
        this.otherUnsealed = true;
        await this.seal();
      }
      await this.file.finish(this.tally.markers);
      for (const path of this.options.journals) await rm(path, { force: true });
    } catch (error) {
      this.fail(toStorageError(error, `closing recording ${this.id}`));
    }
    this.active.close();
    this.other.close();
    await this.file.close();
    this.isReleased = true;
  }
}

/** Calls back; what the callback throws becomes a warning of the process, for the writer must go on to close its files. */
function report(callback: ((error: SgapsError) => void) | undefined, error: SgapsError): void {
  try {
    callback?.(error);
  } catch (thrown) {
    process.emitWarning(thrown instanceof Error ? thrown : String(thrown));
  }
}
