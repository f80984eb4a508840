import { type ByteReader, type ByteWriter, type CaptureGrid, type FrameState, levelOf, type PixelFrame } from '@sgaps/protocol';
import { createPrediction, near } from './Prediction.js';
import { SceneLayers } from './SceneLayers.js';
import { CONFIDENCE_START } from './TemporalMemoryBank.js';

/** Scenes kept at most; the one left longest ago goes first. A scene holds about 8 MB at 320×180. */
const MOST_SCENES = 2;
/** Frames after a cut in which a scene may be recognised. */
const PATIENCE = 4;
/** Points compared with a scene at most. */
const LOOKS = 400;
/** Points a scene must know, and the share of them that must be as it knows them. */
const LEAST_LOOKS = 24;
const LEAST_SHARE = 0.8;
/** A point is as remembered when no channel differs by more, 8-bit steps. */
const NEAR = 14;
/** Standard deviation of the points' colours, steps: a plain screen is like any other. */
const LEAST_SPREAD = 8;

/**
 * Scenes that were left by a cut (a level before its restart, the game behind a menu), known again by a few samples when
 * the game returns to one.
 *
 * @example
 * ```ts
 * const scenes = new SceneMemory({ width: 320, height: 180 });
 * scenes.keep(layers);
 * const known = scenes.recognise(frame);
 * ```
 */
export class SceneMemory {
  private readonly scenes: SceneLayers[] = [];
  private waiting = 0;
  private readonly here = createPrediction();

  constructor(private readonly grid: CaptureGrid) {}

  /** Keeps a scene that a cut has left. */
  keep(layers: SceneLayers): void {
    this.scenes.push(layers);
    if (this.scenes.length > MOST_SCENES) this.scenes.shift();
    this.waiting = PATIENCE;
  }

  /** The kept scene that the frame's points show, which is then no longer kept; null when there is none, or no cut before. */
  recognise(frame: PixelFrame): SceneLayers | null {
    if (this.waiting === 0) return null;
    this.waiting--;
    let best = -1;
    let most = LEAST_SHARE;
    for (let s = 0; s < this.scenes.length; s++) {
      const share = this.compare(this.scenes[s], frame);
      if (share <= most) continue;
      most = share;
      best = s;
    }
    if (best < 0) return null;
    this.waiting = 0;
    return this.scenes.splice(best, 1)[0];
  }

  /** Writes all scenes. */
  save(writer: ByteWriter, frame: number): void {
    writer.varint(this.waiting);
    writer.varint(this.scenes.length);
    for (const scene of this.scenes) scene.save(writer, frame);
  }

  /** Takes up what `save` wrote for the same grid. Throws a typed error when the bytes do not fit. */
  restore(reader: ByteReader, frame: number): void {
    this.scenes.length = 0;
    this.waiting = reader.varint('scene patience', PATIENCE);
    for (let left = reader.varint('scene count', MOST_SCENES); left > 0; left--) {
      const scene = new SceneLayers(this.grid);
      scene.restore(reader, frame);
      this.scenes.push(scene);
    }
  }

  /** Share of the frame's points known to a scene that are as it knows them; 0 when they say too little. */
  private compare(scene: SceneLayers, { state, samples, values }: PixelFrame): number {
    const layers = this.show(scene, state);
    const stride = Math.max(1, Math.floor(samples.count / LOOKS));
    let known = 0;
    let same = 0;
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < samples.count; i += stride) {
      if (levelOf(samples.kind[i]) !== 0) continue;
      const r = values.rgb[3 * i];
      const g = values.rgb[3 * i + 1];
      const b = values.rgb[3 * i + 2];
      let verdict = 0;
      for (const layer of layers) {
        layer.locate(samples.u[i], samples.v[i]);
        if (layer.predict(this.here) < CONFIDENCE_START) continue;
        verdict = verdict > 0 || near(this.here, r, g, b, NEAR) ? 1 : -1;
      }
      if (verdict === 0) continue;
      known++;
      const light = (r + g + b) / 3;
      sum += light;
      squares += light * light;
      if (verdict > 0) same++;
    }
    if (known < LEAST_LOOKS) return 0;
    const mean = sum / known;
    return Math.sqrt(Math.max(0, squares / known - mean * mean)) < LEAST_SPREAD ? 0 : same / known;
  }

  private show(scene: SceneLayers, state: FrameState): ReturnType<SceneLayers['rank']> {
    scene.track(state);
    scene.place(state);
    return scene.rank();
  }
}
