import type { ByteReader, ByteWriter, CaptureGrid } from '@sgaps/protocol';
import { ColourPairs } from './ColourPairs.js';
import { PhotometricFit } from './PhotometricFit.js';
import type { ScrollLayer } from './ScrollLayer.js';

/** A pair differs, or agrees, by so many 8-bit steps. */
const CHANGED = 6;
const AGREES = 6;
/** Changes of light sought in one frame. */
const MOST_LIGHTS = 3;
/** Pairs that must agree on one, at least, and their share of those not explained yet. */
const LEAST_PAIRS = 40;
const LEAST_SHARE = 0.25;
/** One colour turning into another is no light: standard deviation of the colours that agree, steps. */
const LEAST_SPREAD = 4;
/** Blocks that must agree, three times as many on a slight change. */
const LEAST_BLOCKS = 12;
const SLIGHT_GAIN = 0.12;
const LEAST_GAIN = 0.15;
const MOST_GAIN = 6;
/** Share of a block's pairs that must agree. */
const BLOCK_SHARE = 0.6;
/** Times that blocks nobody looked into take the light of those beside them. */
const SPREADS = 6;
/** Changes no more frames apart are one. */
const EPISODE = 8;
const NOTHING = [0, 0, 0];
/** Labels of a block besides the lights 0 …: not looked at, changed in another way, as it was. */
const UNSEEN = -3;
const OTHER = -2;
const SAME = -1;

/**
 * Lights that go on and off: a room entered, a lamp, a shadow. Where many samples differ from memory by one common gain,
 * whole regions of memory are shown in the new light instead of being learnt anew.
 *
 * @example
 * ```ts
 * const relighting = new Relighting({ width: 320, height: 180 });
 * if (relighting.find(pairs)) relighting.apply(layers, frame);
 * ```
 */
export class Relighting {
  private readonly fit = new PhotometricFit(MOST_GAIN);
  private readonly changed: ColourPairs;
  private readonly label: Int8Array;
  private readonly next: Int8Array;
  private readonly votes: Int16Array;
  private readonly looks: Int16Array;
  private readonly gains = new Float64Array(MOST_LIGHTS);
  private readonly offsets = new Float64Array(3 * MOST_LIGHTS);

  /** Frames of the last change, and of the first of those it belongs to. */
  private last = Number.NEGATIVE_INFINITY;
  private since = 0;

  constructor(private readonly grid: CaptureGrid) {
    this.changed = new ColourPairs(grid);
    this.label = new Int8Array(this.changed.blocks);
    this.next = new Int8Array(this.changed.blocks);
    this.votes = new Int16Array(this.changed.blocks);
    this.looks = new Int16Array(this.changed.blocks);
  }

  /** Looks for changes of light in a frame's pairs; false when there are none. */
  find(pairs: ColourPairs): boolean {
    const { changed, label, looks, fit } = this;
    label.fill(UNSEEN);
    looks.fill(0);
    changed.clear();
    for (let n = 0; n < pairs.count; n++) {
      looks[pairs.block[n]]++;
      if (pairs.differenceOf(n, 1, NOTHING) > CHANGED) changed.take(pairs, n);
      else if (label[pairs.block[n]] === UNSEEN) label[pairs.block[n]] = SAME;
    }
    let lights = 0;
    while (lights < MOST_LIGHTS && changed.count >= LEAST_PAIRS) {
      fit.read(changed);
      fit.solve();
      if (!this.isLight()) break;
      this.gains[lights] = fit.gain;
      this.offsets.set(fit.offset, 3 * lights);
      if (!this.assign(lights)) break;
      lights++;
    }
    for (let n = 0; n < changed.count; n++) if (label[changed.block[n]] < SAME) label[changed.block[n]] = OTHER;
    if (lights > 0) this.spread();
    return lights > 0;
  }

  /** Shows the layers' cells in the light found for their blocks, as placed on the screen at `frame`. */
  apply(layers: readonly ScrollLayer[], frame: number): void {
    if (frame - this.last > EPISODE) this.since = frame;
    this.last = frame;
    for (let block = 0; block < this.label.length; block++) {
      if (this.label[block] < 0) continue;
      // Cells of blocks that only go with their neighbours may show the new light already.
      const before = this.looks[block] > 0 ? frame : this.since;
      for (const layer of layers) this.relight(layer, block, before, frame);
    }
  }

  private relight(layer: ScrollLayer, block: number, before: number, frame: number): void {
    const { width, height } = this.grid;
    const { gains, offsets } = this;
    const light = this.label[block];
    const left = (block % this.changed.columns) * 8;
    const top = Math.floor(block / this.changed.columns) * 8;
    const { bank } = layer;
    for (let v = top; v < Math.min(height, top + 8); v++) {
      for (let u = left; u < Math.min(width, left + 8); u++) {
        const cell = layer.cellAt(u, v);
        if (bank.seen[cell] >= before) continue;
        bank.relight(cell, gains[light], offsets[3 * light], offsets[3 * light + 1], offsets[3 * light + 2], frame);
      }
    }
  }

  /** Writes when light changed. */
  save(writer: ByteWriter): void {
    writer.f64(this.last);
    writer.f64(this.since);
  }

  /** Takes up what `save` wrote. */
  restore(reader: ByteReader): void {
    this.last = reader.f64('light');
    this.since = reader.f64('light');
  }

  /** True when enough pairs of enough colours agree on the fit. */
  private isLight(): boolean {
    const { changed, fit } = this;
    if (!fit.isPinned || fit.gain < LEAST_GAIN) return false;
    let agree = 0;
    let sum = 0;
    let squares = 0;
    for (let n = 0; n < changed.count; n++) {
      if (changed.differenceOf(n, fit.gain, fit.offset) > AGREES) continue;
      const shown = changed.memory[3 * n] + changed.memory[3 * n + 1] + changed.memory[3 * n + 2];
      agree++;
      sum += shown;
      squares += shown * shown;
    }
    if (agree < LEAST_PAIRS || agree < LEAST_SHARE * changed.count) return false;
    const mean = sum / agree;
    return Math.sqrt(Math.max(0, squares / agree - mean * mean)) / 3 >= LEAST_SPREAD;
  }

  /** Gives a light to the blocks whose pairs agree on it, and drops the pairs it explains; false when those are too few. */
  private assign(light: number): boolean {
    const { changed, fit, label, votes, looks } = this;
    votes.fill(0);
    let blocks = 0;
    let kept = 0;
    for (let n = 0; n < changed.count; n++) {
      if (changed.differenceOf(n, fit.gain, fit.offset) <= AGREES) {
        votes[changed.block[n]]++;
        continue;
      }
      const pair = n;
      const { count } = changed;
      changed.count = kept;
      changed.take(changed, pair);
      changed.count = count;
      kept++;
    }
    changed.count = kept;
    for (let block = 0; block < label.length; block++) {
      if (votes[block] === 0 || votes[block] < BLOCK_SHARE * looks[block]) continue;
      label[block] = light;
      blocks++;
    }
    if (blocks >= (Math.abs(fit.gain - 1) < SLIGHT_GAIN ? 3 : 1) * LEAST_BLOCKS) return true;
    for (let block = 0; block < label.length; block++) if (label[block] === light) label[block] = OTHER;
    return false;
  }

  /** Blocks nobody looked into take the light that most of those beside them have. */
  private spread(): void {
    const { next } = this;
    const { columns } = this.changed;
    const { label } = this;
    for (let pass = 0; pass < SPREADS; pass++) {
      next.set(label);
      for (let block = 0; block < label.length; block++) {
        if (label[block] !== UNSEEN) continue;
        let best = UNSEEN;
        let most = 0;
        for (let light = OTHER; light < MOST_LIGHTS; light++) {
          const votes = this.countBeside(block, columns, light);
          if (votes <= most) continue;
          most = votes;
          best = light;
        }
        next[block] = best;
      }
      label.set(next);
    }
  }

  private countBeside(block: number, columns: number, light: number): number {
    const { label } = this;
    const x = block % columns;
    let count = 0;
    for (let row = block - columns; row <= block + columns; row += columns) {
      if (x > 0 && label[row - 1] === light) count++;
      if (label[row] === light) count++;
      if (x < columns - 1 && label[row + 1] === light) count++;
    }
    return count;
  }
}
