import {
  assertCaptureGrid,
  ByteReader,
  ByteWriter,
  type CaptureGrid,
  type FrameState,
  type PixelFrame,
  type SampleSet,
  SgapsError,
} from '@sgaps/protocol';
import { ALL_FEATURES, type LoopFeatures } from '../features.js';
import { type Composition, createComposition } from '../memory/Composition.js';
import { LayeredMemory } from '../memory/LayeredMemory.js';
import { SourceMap } from '../memory/SourceMap.js';
import { DiffusionReconstructor } from '../reconstruct/DiffusionReconstructor.js';
import type { Reconstructor } from '../reconstruct/Reconstructor.js';
import { readArray, readState, writeArray, writeState } from '../snapshot/snapshotBytes.js';
import { ChangeMap } from './ChangeMap.js';
import { HeldPicture } from './HeldPicture.js';

const SNAPSHOT_VERSION = 5;
/** Memory's confidence in what was sampled. */
const SURE = 255;

/**
 * One rebuilt frame. All arrays belong to the decoder and are overwritten by the next call: copy what you keep.
 *
 * @example
 * ```ts
 * const { rgb, uncertainty } = decoder.decode(frame);
 * ```
 */
export interface DecodedFrame {
  /** The frame's number, as the recorder counted it. */
  readonly frameId: number;
  /** Milliseconds since the recording started. */
  readonly time: number;
  /** 3 × W·H. */
  readonly rgb: Uint8ClampedArray;
  /** W·H, 0 … 1. */
  readonly uncertainty: Float32Array;
  /** Memory's confidence, W·H, 0 … 255. */
  readonly confidence: Uint8Array;
  /** True where samples alone kept the picture up to date; false where memory drew what was not sampled. */
  readonly kept: boolean;
  /** The frame as it arrived. */
  readonly frame: PixelFrame;
  /** What was sampled of the frame. */
  readonly samples: SampleSet;
  /** PSNR of the 8×8 blocks looked at, dB, as the recorder told (`SampleValues.psnr`); absent where it did not. */
  readonly samplesPsnr?: number | undefined;
  /** What the game said of the frame. */
  readonly state: FrameState;
  /** Which layer of memory shows each pixel (`Source`), for people who debug: worked out by the call, before the next frame. */
  readonly sources: () => Uint8Array;
}

/**
 * Rebuilds a session frame by frame from what was exchanged. Live loop, watchers, playback and export all use this one
 * class: same frames in, same pictures out.
 *
 * @example
 * ```ts
 * const decoder = new SessionDecoder({ grid: { width: 320, height: 180 } });
 * for (const frame of packetDecoder.decode(bytes)) show(decoder.decode(frame).rgb);
 * ```
 */
export class SessionDecoder {
  /** The grid of all frames. */
  readonly grid: CaptureGrid;
  /** What is remembered of the frames so far. */
  readonly memory: LayeredMemory;
  /** What turns memory and samples into frames. */
  readonly reconstructor: Reconstructor;
  /** State of the last frame; null before the first. */
  state: FrameState | null = null;
  /** State of the frame before the last. */
  previousState: FrameState | null = null;
  /** Number of the last frame, −1 before the first. */
  frameId = -1;
  /** The last frame; null before the first, and after `restore`. */
  newest: DecodedFrame | null = null;
  /** Where the picture changes. */
  readonly changes: ChangeMap;
  /** True while samples alone keep the picture up to date (`SampleSet.keeps`); memory then rests. */
  keeping = false;
  private readonly held: HeldPicture;
  /** What memory saw last, while it is not drawn. */
  private undrawn: PixelFrame | null = null;
  private readonly composition: Composition;
  private readonly rgb: Uint8ClampedArray;
  private readonly uncertainty: Float32Array;
  /** Made when somebody first asks. */
  private sourceMap: SourceMap | null = null;

  constructor(options: {
    grid: CaptureGrid;
    reconstructor?: 'diffusion' | Reconstructor;
    /** Parts switched on; default all, which is what recordings are decoded with. */
    features?: LoopFeatures;
  }) {
    assertCaptureGrid(options.grid);
    this.grid = options.grid;
    this.memory = new LayeredMemory(options.grid, options.features ?? ALL_FEATURES);
    const { reconstructor = 'diffusion' } = options;
    this.reconstructor = reconstructor === 'diffusion' ? new DiffusionReconstructor(options.grid) : reconstructor;
    this.changes = new ChangeMap(options.grid);
    this.held = new HeldPicture(options.grid);
    this.composition = createComposition(options.grid);
    const pixels = options.grid.width * options.grid.height;
    this.rgb = new Uint8ClampedArray(3 * pixels);
    this.uncertainty = new Float32Array(pixels);
  }

  /** Takes one frame in and rebuilds it. Frames must come in order. */
  decode(frame: PixelFrame): DecodedFrame {
    this.observe(frame);
    if (this.undrawn) this.draw(this.undrawn);
    this.undrawn = null;
    this.newest = {
      frameId: frame.frameId,
      time: frame.clientTime,
      rgb: this.rgb,
      uncertainty: this.uncertainty,
      confidence: this.composition.confidence,
      kept: this.keeping,
      samples: frame.samples,
      frame,
      samplesPsnr: frame.values.psnr,
      state: frame.state,
      sources: this.findSources,
    };
    return this.newest;
  }

  /**
   * Takes one frame in without drawing what memory knows of it: quicker than `decode`, for frames that nobody looks at. All that follows
   * comes out the same; `newest` stays.
   */
  observe(frame: PixelFrame): void {
    this.changes.take(frame);
    if (frame.samples.count === 0 ? this.keeping : frame.samples.keeps) this.keep(frame);
    else this.remember(frame);
    this.previousState = this.state;
    this.state = frame.state;
    this.frameId = frame.frameId;
  }

  /** Keeps the picture up to date by the frame's samples alone. */
  private keep(frame: PixelFrame): void {
    if (!this.keeping) {
      if (this.undrawn) this.draw(this.undrawn);
      this.undrawn = null;
      this.keeping = true;
      this.held.begin(this.state, this.uncertainty);
      this.composition.confidence.fill(SURE);
    }
    this.held.take(frame, this.rgb, this.uncertainty);
  }

  /** Shows the frame to memory, which first sees what it missed. */
  private remember(frame: PixelFrame): void {
    if (this.keeping && this.state) {
      this.keeping = false;
      this.memory.observe(this.held.asFrame(this.frameId, 0, this.state, this.rgb));
    }
    this.memory.observe(frame);
    this.undrawn = frame;
  }

  /** Draws the frame that memory saw last. */
  private draw(frame: PixelFrame): void {
    this.memory.compose(frame.state, this.composition);
    this.reconstructor.reconstruct(
      { memory: this.composition, samples: frame.samples, values: frame.values },
      { rgb: this.rgb, uncertainty: this.uncertainty },
    );
  }

  /** Everything needed to go on from here, for the snapshots that make seeking quick. Compresses well. */
  save(): Uint8Array {
    if (this.undrawn) this.draw(this.undrawn);
    this.undrawn = null;
    const writer = new ByteWriter(1 << 20);
    writer.u8(SNAPSHOT_VERSION);
    writer.u16(this.grid.width);
    writer.u16(this.grid.height);
    writer.i32(this.frameId);
    writeState(writer, this.state);
    writeState(writer, this.previousState);
    this.memory.save(writer);
    writer.u8(this.keeping ? 1 : 0);
    this.held.save(writer);
    writeArray(writer, this.rgb);
    return writer.toBytes();
  }

  private readonly findSources = (): Uint8Array => {
    this.sourceMap ??= new SourceMap(this.grid);
    if (this.keeping && this.newest) this.held.findSources(this.newest.samples, this.sourceMap.map);
    else if (this.state) this.memory.findSources(this.state, this.sourceMap);
    return this.sourceMap.map;
  };

  /** Goes on from a snapshot of the same grid. Throws a typed error when the bytes are not one. */
  restore(bytes: Uint8Array): void {
    const reader = new ByteReader(bytes);
    const version = reader.u8('snapshot version');
    if (version !== SNAPSHOT_VERSION)
      throw new SgapsError('VERSION_UNSUPPORTED', `Snapshot version ${version}; ${SNAPSHOT_VERSION} is understood.`);
    const width = reader.u16('snapshot grid');
    const height = reader.u16('snapshot grid');
    if (width !== this.grid.width || height !== this.grid.height)
      throw SgapsError.malformed(`snapshot: made for a ${width}×${height} grid`);
    this.newest = null;
    this.undrawn = null;
    this.frameId = reader.i32('frame');
    this.state = readState(reader);
    this.previousState = readState(reader);
    this.memory.restore(reader);
    this.keeping = reader.u8('held picture') === 1;
    this.held.restore(reader, this.uncertainty);
    readArray(reader, this.rgb, 'held picture');
    this.changes.clear();
    if (this.keeping) this.composition.confidence.fill(SURE);
  }
}
