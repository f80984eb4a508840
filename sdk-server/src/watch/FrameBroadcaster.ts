import type { DecodedFrame } from '@sgaps/core';
import { FlowOverlay, packSamples } from '@sgaps/pipeline';
import { type CaptureGrid, encodePicture, OVERLAY_LAYERS, type OverlayLayer, type Picture } from '@sgaps/protocol';
import { encodeClasses, encodeFrame, encodeMap } from './PictureEncoder.js';

/**
 * Somebody who watches. `backlog` is what was sent and has not left yet, bytes.
 *
 * @example
 * ```ts
 * broadcaster.add({ send: (type, bytes) => client.sendBytes(type, bytes), backlog: () => socket.bufferedAmount });
 * ```
 */
export interface Watcher {
  send(type: 'frame' | 'overlay', bytes: Uint8Array): void;
  backlog(): number;
}

/** A watcher whose socket holds more than this gets no picture until it has drained. */
const BACKLOG_LIMIT = 256 * 1024;

interface Slot {
  frameId: number;
  time: number;
  readonly rgb: Uint8ClampedArray<ArrayBuffer>;
  readonly maps: Record<Exclude<OverlayLayer, 'samples' | 'tiers' | 'flow'>, Uint8Array<ArrayBuffer>>;
  samples: Uint8Array;
  flow: Uint8Array;
}

/**
 * Encodes rebuilt frames for those who watch, and only then. One frame is encoded at a time; while that runs the newest
 * offered frame replaces the waiting one, so a slow encoder or viewer loses frames and never gains delay.
 *
 * @example
 * ```ts
 * const broadcaster = new FrameBroadcaster({ width: 320, height: 180 }, (error) => log.warn(error));
 * broadcaster.offer(decoded, time, planner.importance);
 * ```
 */
export class FrameBroadcaster {
  /** Frames sent and frames replaced by a newer one before they were encoded. */
  sent = 0;
  dropped = 0;

  readonly #grid: CaptureGrid;
  readonly #onError: (error: unknown) => void;
  readonly #watchers = new Map<Watcher, Set<OverlayLayer>>();
  #waiting: Slot | null = null;
  #spare: Slot[] = [];
  #busy = false;
  /** The samples of the newest frame that had any, packed; null while nobody looks at them. */
  #samples: Uint8Array | null = null;
  /** While somebody looks at it. */
  #flow: FlowOverlay | null = null;

  constructor(grid: CaptureGrid, onError: (error: unknown) => void) {
    this.#grid = grid;
    this.#onError = onError;
  }

  /** How many watch. */
  get size(): number {
    return this.#watchers.size;
  }

  add(watcher: Watcher): void {
    this.#watchers.set(watcher, new Set());
  }

  remove(watcher: Watcher): void {
    this.#watchers.delete(watcher);
  }

  /** Chooses the overlays a watcher gets; unknown watchers are ignored. */
  setOverlays(watcher: Watcher, overlays: Iterable<OverlayLayer>): void {
    if (this.#watchers.has(watcher)) this.#watchers.set(watcher, new Set(overlays));
  }

  /** True when somebody asked for this overlay. */
  wants(layer: OverlayLayer): boolean {
    for (const overlays of this.#watchers.values()) if (overlays.has(layer)) return true;
    return false;
  }

  /** Takes a frame (copied) to be encoded and sent, at `time` ms of the recording. `importance` may be null. */
  offer(frame: DecodedFrame, time: number, importance: Float32Array | null): void {
    if (this.#watchers.size === 0) return;
    if (this.#waiting) this.dropped++;
    const slot = this.#waiting ?? this.#spare.pop() ?? this.#newSlot();
    slot.frameId = frame.frameId;
    slot.time = time;
    slot.rgb.set(frame.rgb);
    if (this.wants('uncertainty')) quantise(frame.uncertainty, slot.maps.uncertainty);
    if (this.wants('confidence')) quantise(frame.confidence, slot.maps.confidence);
    if (importance && this.wants('importance')) quantise(importance, slot.maps.importance, IMPORTANCE_FULL);
    if (this.wants('layers')) slot.maps.layers.set(frame.sources());
    if (!this.wants('flow')) this.#flow = null;
    else slot.flow = (this.#flow ??= new FlowOverlay(this.#grid)).read(frame);
    slot.samples = this.#samplesOf(frame);
    this.#waiting = slot;
    if (!this.#busy) void this.#run();
  }

  /** A frame that used no request has no samples of its own: the last set stays on show, instead of a flicker. */
  #samplesOf(frame: DecodedFrame): Uint8Array {
    if (!this.wants('samples') && !this.wants('tiers')) this.#samples = null;
    else if (frame.samples.count > 0 || this.#samples === null) this.#samples = packSamples(frame.samples);
    return this.#samples ?? new Uint8Array(0);
  }

  async #run(): Promise<void> {
    this.#busy = true;
    try {
      for (let slot = this.#waiting; slot; slot = this.#waiting) {
        this.#waiting = null;
        await this.#send(slot);
        this.#spare.push(slot);
      }
    } catch (error) {
      this.#onError(error);
    } finally {
      this.#busy = false;
    }
  }

  async #send(slot: Slot): Promise<void> {
    const ready = [...this.#watchers.keys()].filter((watcher) => this.#hasRoom(watcher));
    if (ready.length === 0) return;
    const { width, height } = this.#grid;
    const picture = (layer: Picture['layer'], format: Picture['format'], data: Uint8Array): Uint8Array =>
      encodePicture({ layer, format, width, height, frameId: slot.frameId, time: slot.time, data });
    // A watcher's overlays go first: the page draws them together with the frame that follows.
    for (const layer of OVERLAY_LAYERS) {
      const takers = ready.filter((watcher) => this.#watchers.get(watcher)?.has(layer));
      if (takers.length === 0) continue;
      let bytes: Uint8Array;
      if (layer === 'samples' || layer === 'tiers') bytes = picture(layer, 'application/x-sgaps-samples', slot.samples);
      else if (layer === 'flow') bytes = picture(layer, 'application/x-sgaps-flow', slot.flow);
      else if (layer === 'layers') bytes = picture(layer, 'image/webp', await encodeClasses(slot.maps.layers, width, height));
      else bytes = picture(layer, 'image/jpeg', await encodeMap(slot.maps[layer], width, height));
      for (const watcher of takers) this.#give(watcher, 'overlay', bytes);
    }
    const bytes = picture('frame', 'image/jpeg', await encodeFrame(slot.rgb, width, height));
    for (const watcher of ready) if (this.#watchers.has(watcher)) this.#give(watcher, 'frame', bytes);
    this.sent++;
  }

  #hasRoom(watcher: Watcher): boolean {
    try {
      return watcher.backlog() <= BACKLOG_LIMIT;
    } catch (error) {
      this.#onError(error);
      return false;
    }
  }

  /** One who cannot be sent to is reported; the others get their picture. */
  #give(watcher: Watcher, type: 'frame' | 'overlay', bytes: Uint8Array): void {
    try {
      watcher.send(type, bytes);
    } catch (error) {
      this.#onError(error);
    }
  }

  #newSlot(): Slot {
    const pixels = this.#grid.width * this.#grid.height;
    return {
      frameId: 0,
      time: 0,
      rgb: new Uint8ClampedArray(3 * pixels),
      maps: {
        uncertainty: new Uint8Array(pixels),
        confidence: new Uint8Array(pixels),
        importance: new Uint8Array(pixels),
        layers: new Uint8Array(pixels),
      },
      samples: new Uint8Array(0),
      flow: new Uint8Array(0),
    };
  }
}

/** Expected squared error that is drawn as full importance; below it the error itself (its root) is drawn. */
const IMPORTANCE_FULL = 1500;

function quantise(map: Float32Array | Uint8Array, out: Uint8Array, squaredFull?: number): void {
  if (map instanceof Uint8Array) {
    out.set(map);
    return;
  }
  for (let i = 0; i < out.length; i++) {
    const value = squaredFull === undefined ? map[i] * 255 : Math.sqrt(map[i] / squaredFull) * 255;
    out[i] = value > 0 ? (value < 255 ? value : 255) : 0;
  }
}
