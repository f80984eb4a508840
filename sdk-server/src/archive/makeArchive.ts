import {
  ARCHIVE,
  ArchiveDecoder,
  ArchiveEncoder,
  type ArchiveModel,
  type ArchivePicture,
  FrameSource,
  type ModelBackend,
} from '@sgaps/core';
import { crc32c, type RecordingHeader, type RecordingReader, type RecordingRecord, SgapsError } from '@sgaps/protocol';
import { nodeMachine } from '../playback/nodeMachine.js';
import { encodePreview } from '../rooms/encodePreview.js';
import { ArchiveFile } from './ArchiveFile.js';
import { PictureError } from './PictureError.js';

/** ms between small pictures, as in recordings. */
const PREVIEW_EVERY = 10_000;
/** ms by which times may differ: they may be coded. */
const TIME_TOLERANCE = 1;
/** ms without a frame that end a group: they are no time that its bytes are for, and little is drawn from so long ago. */
const PAUSE = 60_000;

/** Of the recording's bytes, how many its archive takes at most where nothing else is asked for. */
const SHARE = 0.5;

/**
 * How an archive is made.
 *
 * @example
 * ```ts
 * const options: MakeArchiveOptions = { model, archiveModel: null, from: 52_000_000, quality: 38.5 };
 * ```
 */
export interface MakeArchiveOptions {
  /** Fills in what was not sampled, before pictures are coded; default none. */
  readonly model?: ModelBackend | null;
  /** HST-MAE; null codes without it. */
  readonly archiveModel: ArchiveModel | null;
  /** Bytes of the recording's file. */
  readonly from: number;
  /** Takes an archive also where it is no smaller than the recording. Default false. */
  readonly larger?: boolean;
  /** As `ArchiveEncoderOptions` has them; with neither, 38.5 dB where half of the recording's bytes are enough for that. */
  readonly bytesPerSecond?: number;
  readonly quality?: number;
  /** Pictures done, and those there are. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Ends it, which rejects with `CLOSED`. */
  readonly signal?: AbortSignal;
}

/**
 * What an archive holds.
 *
 * @example
 * ```ts
 * const { frames, psnr }: MadeArchive = await makeArchive(reader, 'a1.archive.tmp', options);
 * ```
 */
export interface MadeArchive {
  readonly header: RecordingHeader;
  readonly frames: number;
  readonly groups: number;
  /** CRC32C of each group's bytes, in order. */
  readonly checksums: readonly number[];
  /** Bytes of payloads. */
  readonly payloadBytes: number;
  /** Of what the decoder gives, against what was coded, over all pictures: dB, Infinity where they are the same. */
  readonly psnr: number;
}

/**
 * Decodes a finished recording, codes its pictures, decodes them again to see that they come out, and writes the archive. The reader stays open, and is nobody else's meanwhile.
 *
 * @throws SgapsError `NOT_FOUND` for a recording without frames, `UNSUPPORTED` where the archive gets no smaller than the recording, `CLOSED`, `BYTES_MALFORMED` where some of its frames do not decode, or a group did not come out as it went in; what reading a damaged recording throws; and the
 * system's errors.
 *
 * @example
 * ```ts
 * const made = await makeArchive(reader, 'a1.archive.tmp', { archiveModel: null, from: size });
 * ```
 */
export async function makeArchive(reader: RecordingReader, path: string, options: MakeArchiveOptions): Promise<MadeArchive> {
  const { archiveModel, from } = options;
  const { depth: _, ...told } = reader.header;
  const header: RecordingHeader = { ...told, archive: { modelId: archiveModel?.id ?? '', from, madeAt: Date.now() } };
  const file = await ArchiveFile.create(path, header);
  try {
    const seconds = await lookThrough(reader, options.signal);
    const groups = new GroupWriter(reader, header, file, seconds, options);
    await groups.write();
    const { frames, checksums, error } = groups;
    return { header, frames, groups: checksums.length, checksums, payloadBytes: file.bytes, psnr: error.psnr };
  } finally {
    await file.close();
  }
}

/**
 * In how many seconds a recording shows frames, without the pauses in which nothing was recorded: bytes are shared out by them.
 *
 * @throws SgapsError `NOT_FOUND` where it has none, `BYTES_MALFORMED` where some do not decode: they may yet be repaired, or be shown from a later snapshot on
 */
async function lookThrough(reader: RecordingReader, signal?: AbortSignal): Promise<number> {
  const { recordingId, fps } = reader.header;
  const source = new FrameSource(reader);
  const period = 1000 / fps;
  let frames = 0;
  let shown = 0;
  let last = Number.NEGATIVE_INFINITY;
  try {
    for (; await source.fill(); frames++) {
      if (signal?.aborted) throw givenUp();
      const time = source.skip() ?? last;
      shown += time - last > PAUSE ? period : time - last;
      last = time;
      await nodeMachine.rest();
    }
  } finally {
    await source.release();
  }
  if (frames === 0)
    throw new SgapsError('NOT_FOUND', `Recording ${recordingId} has no frames that decode: there is nothing to archive.`);
  const lost = reader.index.frames - frames;
  if (lost <= 0) return Math.max(period, shown) / 1000;
  throw new SgapsError(
    'BYTES_MALFORMED',
    `Recording ${recordingId} is damaged: ${lost} of its ${frames + lost} frames do not decode, and its archive would lack them.`,
  );
}

function givenUp(): SgapsError {
  return new SgapsError('CLOSED', 'Archiving was given up.');
}

/** Takes pictures from a recording, and writes them group by group. */
class GroupWriter {
  readonly checksums: number[] = [];
  readonly error = new PictureError();
  frames = 0;
  private readonly encoder: ArchiveEncoder;
  private readonly decoder: ArchiveDecoder;
  private readonly events: AsyncGenerator<RecordingRecord>;
  private event: RecordingRecord | null = null;
  private previewDue = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly reader: RecordingReader,
    private readonly header: RecordingHeader,
    private readonly file: ArchiveFile,
    /** In which frames were shown. */
    seconds: number,
    private readonly options: MakeArchiveOptions,
  ) {
    const { archiveModel: model, from, quality } = options;
    const share = quality === undefined ? (SHARE * from) / seconds : undefined;
    this.encoder = new ArchiveEncoder(header, { model, quality, bytesPerSecond: options.bytesPerSecond ?? share });
    this.decoder = new ArchiveDecoder(header, { model });
    this.events = reader.events();
  }

  async write(): Promise<void> {
    const { signal, onProgress, model } = this.options;
    const { duration, index } = this.reader;
    const source = new FrameSource(this.reader, model);
    let pictures: ArchivePicture[] = [];
    try {
      for (;;) {
        if (signal?.aborted) throw givenUp();
        const isLast = !(await source.fill());
        if (isGroup(pictures, source.nextTime)) {
          await this.writeGroup(pictures, isLast ? duration : 0);
          pictures = [];
          onProgress?.(this.frames, index.frames);
        }
        if (isLast) break;
        const decoded = await source.decode();
        if (decoded) pictures.push(pictureOf(decoded.frame, decoded.time));
        // Timers and signals have their turn.
        await nodeMachine.rest();
      }
    } finally {
      await source.release();
    }
    await this.file.finish(await this.eventsUntil(Number.POSITIVE_INFINITY));
  }

  private async writeGroup(pictures: readonly ArchivePicture[], ends: number): Promise<void> {
    const [first, last] = [pictures[0], pictures[pictures.length - 1]];
    const bytes = await this.encoder.encode(pictures);
    await this.check(bytes, pictures);
    const wantsPreview = first.time >= this.previewDue;
    if (wantsPreview) this.previewDue = first.time + PREVIEW_EVERY;
    const { width, height } = this.header.grid;
    const preview = wantsPreview ? await encodePreview(first.rgb, width, height) : null;
    const [firstFrame, lastFrame, time] = [first.frameId, last.frameId, Math.max(last.time, ends)];
    await this.file.add({ bytes, begins: first.time, time, firstFrame, lastFrame, preview }, await this.eventsUntil(last.time));
    const { from, larger = false } = this.options;
    if (this.file.bytes >= from && !larger) throw noSmaller(this.header.recordingId);
    this.checksums.push(crc32c(bytes));
    this.frames += pictures.length;
  }

  /** Throws `BYTES_MALFORMED` unless a group's bytes tell of the pictures that they were made of. */
  private async check(bytes: Uint8Array, pictures: readonly ArchivePicture[]): Promise<void> {
    const fail = (what: string) => SgapsError.malformed(`group of pictures: ${what} did not come out as it was put in`);
    if (this.decoder.open(bytes).length !== pictures.length) throw fail('how many there are');
    for (const { frameId, time, rgb } of pictures) {
      const out = await this.decoder.next();
      if (out?.frameId !== frameId || Math.abs(out.time - time) > TIME_TOLERANCE) throw fail(`frame ${frameId}`);
      this.error.add(rgb, out.rgb);
    }
    if (await this.decoder.next()) throw fail('the last');
  }

  /** The events up to a time, that were not given before, as they were recorded. */
  private async eventsUntil(time: number): Promise<RecordingRecord[]> {
    const found: RecordingRecord[] = [];
    for (;;) {
      this.event ??= (await this.events.next()).value ?? null;
      if (!this.event || this.event.time > time) return found;
      // Its bytes are a view of a whole chunk.
      found.push({ ...this.event, bytes: this.event.bytes.slice() });
      this.event = null;
    }
  }
}

/** Why a recording stays as it is. */
export function noSmaller(recordingId: string): SgapsError {
  return new SgapsError('UNSUPPORTED', `Recording ${recordingId} stays as it is: an archive of it would be no smaller.`);
}

/** Whether pictures are a group; `next`: time of the picture after them, null where there is none. */
function isGroup(pictures: readonly ArchivePicture[], next: number | null): boolean {
  const last = pictures.at(-1);
  return last !== undefined && (pictures.length === ARCHIVE.groupFrames || next === null || next - last.time > PAUSE);
}

/** A frame, copied: its buffers are used again by the next. */
function pictureOf({ frameId, rgb, state }: Pick<ArchivePicture, 'frameId' | 'rgb' | 'state'>, time: number): ArchivePicture {
  return { frameId, time, rgb: rgb.slice(), state };
}
