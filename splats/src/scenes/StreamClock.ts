/** A time means the last frame that is at most so much later, s, as of a replay: times travel as 32-bit floats. */
const LENIENCE = 0.001;
/** And for long streams this share of the time, which is what such floats are off. */
const ROUNDING = 2 ** -23;

/** When a frame is shown, and those before and after it, seconds. */
export interface StreamMoment {
  readonly time: number;
  readonly previous: number | null;
  readonly next: number | null;
}

/** Times and frames of a stream. */
export class StreamClock {
  constructor(
    private readonly fps: number,
    private readonly frames: number,
  ) {}

  /** Seconds: the last frame lasts as long as the others. */
  get duration(): number {
    return this.frames / this.fps;
  }

  /** The frame of a time, seconds; the last one at and after the end. */
  frameAt(time: number): number {
    if (time >= this.duration) return this.frames - 1;
    return Math.min(this.frames - 1, Math.floor((time * (1 + ROUNDING) + LENIENCE) * this.fps));
  }

  around(frame: number): StreamMoment {
    const previous = frame > 0 ? (frame - 1) / this.fps : null;
    const next = frame < this.frames - 1 ? (frame + 1) / this.fps : null;
    return { time: frame / this.fps, previous, next };
  }
}
