import { BLOCK_KIND, BLOCK_SAMPLES, levelOf, type PixelFrame, type SampleSet, type SampleValues } from '@sgaps/protocol';
import type { ColourSample } from './ColourSample.js';
import { chooseLikeliest } from './chooseLikeliest.js';
import { FrontWindow } from './FrontWindow.js';
import type { InnovationLog } from './InnovationLog.js';
import { LayerWindow } from './LayerWindow.js';
import type { ObserverParts } from './ObserverParts.js';
import { observeMean } from './observeMean.js';
import { createPrediction } from './Prediction.js';
import { readColour } from './readColour.js';
import type { Scene } from './Scene.js';
import { CONFIDENCE_START } from './TemporalMemoryBank.js';
import { SIDE, WindowColours } from './WindowColours.js';
import { UNSAID, WindowFindings } from './WindowFindings.js';
import { createWindowPrediction, readPrediction, type WindowPrediction } from './WindowPrediction.js';

/** How far what is only known from a mean may differ to be the same. */
const COARSE_STEPS = 40;

/**
 * Takes a frame's samples in (S10): decides for each whether it shows an object, the scenery behind the world or a scroll
 * layer, confirms or replaces what that one knows, and reports what was contradicted. Blocks are taken whole, and points that lie side by side together: first what
 * is predicted of all of their pixels, then what objects and scenery make of their samples, then what each scroll layer does.
 *
 * @example
 * ```ts
 * const observer = new SampleObserver({ grid, patches, dynamic, suspects, cuts, regions, brightness, mostLayers: 2 });
 * observer.read(frame, { frame: frame.frameId, layers, objects, hasScenery: false }, innovations);
 * ```
 */
export class SampleObserver {
  private readonly parts: ObserverParts;
  private readonly windows: LayerWindow[] = [];
  private readonly front: FrontWindow;
  private readonly colours = new WindowColours();
  private readonly findings = new WindowFindings();
  /** What the scroll layers say of a window's pixels, where several do. */
  private readonly mixed = createWindowPrediction();
  private readonly here = createPrediction();
  private readonly sample: ColourSample = { r: 0, g: 0, b: 0, half: 0.5, tolerance: 0, exact: true };
  private scene: Scene = { frame: 0, layers: [], objects: [], hasScenery: false };

  constructor(parts: ObserverParts) {
    this.parts = parts;
    this.front = new FrontWindow(parts.patches);
    for (let k = 0; k < parts.mostLayers; k++) this.windows.push(new LayerWindow());
  }

  /** Takes all samples of a frame that shows `scene` in; `log` hears what they say against memory before it learns. */
  read({ samples, values }: PixelFrame, scene: Scene, log: InnovationLog | null): void {
    const { grid, brightness } = this.parts;
    const { rgb, bits } = values;
    this.scene = scene;
    // What an object shows in one place is learnt in another: what they show is compared before anything is learnt.
    if (log !== null && scene.objects.length > 0) this.compareObjects(samples, values, log);
    for (let i = 0; i < samples.count; i++) {
      const kind = samples.kind[i];
      const u = samples.u[i];
      const v = samples.v[i];
      if (kind === 0) {
        const columns = runOf(samples, i);
        this.takeWindow(i, u, v, columns, 1, 1, values, log);
        i += columns - 1;
      } else if (kind === BLOCK_KIND) {
        // A quarter of a block's pixels tell how far off memory was.
        this.takeWindow(i, u, v, Math.min(SIDE, grid.width - u), Math.min(SIDE, grid.height - v), 2, values, log);
        i += BLOCK_SAMPLES - 1;
      } else if (readColour(this.sample, brightness, u, v, rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2], bits[i])) {
        observeMean(scene.layers, grid, u, v, levelOf(kind), this.sample, scene.frame);
      }
    }
  }

  /** Lets `log` hear of the samples in windows that objects touch. */
  private compareObjects(samples: SampleSet, values: SampleValues, log: InnovationLog): void {
    const { count, u, v, kind } = samples;
    const { width, height } = this.parts.grid;
    for (let i = 0; i < count; i++) {
      if (levelOf(kind[i]) !== 0) continue;
      const isBlock = kind[i] === BLOCK_KIND;
      const columns = isBlock ? Math.min(SIDE, width - u[i]) : runOf(samples, i);
      const rows = isBlock ? Math.min(SIDE, height - v[i]) : 1;
      if (this.front.open(this.scene, u[i], v[i], columns, rows)) {
        const scroll = this.predict(u[i], v[i], columns, rows);
        const step = isBlock ? 2 : 1;
        this.front.predict(scroll, step);
        this.compare(i, u[i], v[i], columns, rows, step, values, scroll, true, log);
      }
      i += isBlock ? BLOCK_SAMPLES - 1 : columns - 1;
    }
  }

  /** Takes in the samples from `first` on, of the window at (u, v); of every `step`-th pixel each way they tell how far off memory was. */
  private takeWindow(
    first: number,
    u: number,
    v: number,
    columns: number,
    rows: number,
    step: 1 | 2,
    values: SampleValues,
    log: InnovationLog | null,
  ): void {
    const { front, colours, findings, windows } = this;
    const { frame, layers } = this.scene;
    const { brightness, cuts, regions, dynamic } = this.parts;
    const touched = front.open(this.scene, u, v, columns, rows);
    const scroll = this.predict(u, v, columns, rows);
    if (!touched && log !== null) this.compare(first, u, v, columns, rows, step, values, scroll, false, log);
    colours.read(values, first, u, v, columns, rows, brightness);
    findings.begin(colours.tells, rows);
    if (touched) {
      front.predict(scroll, 1);
      front.teach(colours, scroll, findings);
    }
    for (let k = 0; k < layers.length; k++) windows[k].teach(colours, findings.takes, frame);
    this.settle(u, v, columns, rows, scroll);
    dynamic.noteWindow(u, v, columns, rows, findings.motions, frame);
    cuts.noteWindow(u, v, columns, rows, step, findings.outcomes);
    regions.noteWindow(u, v, columns, rows, step, findings.outcomes);
  }

  /** Turns the scroll layers to a window; what they say of it. */
  private predict(u: number, v: number, columns: number, rows: number): WindowPrediction {
    const { windows } = this;
    const { layers } = this.scene;
    for (let k = 0; k < layers.length; k++) windows[k].open(layers[k], u, v, columns, rows, k === 0);
    return chooseLikeliest(layers, windows, columns, rows, this.mixed);
  }

  /** Lets `log` hear of every `step`-th pixel of a window each way. */
  private compare(
    first: number,
    u: number,
    v: number,
    columns: number,
    rows: number,
    step: 1 | 2,
    { rgb, bits }: SampleValues,
    scroll: WindowPrediction,
    touched: boolean,
    log: InnovationLog,
  ): void {
    for (let y = step === 2 ? v & 1 : 0; y < rows; y += step) {
      for (let x = step === 2 ? u & 1 : 0; x < columns; x += step) {
        const n = SIDE * y + x;
        const i = first + n;
        const q = 3 * i;
        const shown = touched ? this.front.shownAt(n) : readPrediction(scroll, n, this.here);
        log.note(u + x, v + y, rgb[q], rgb[q + 1], rgb[q + 2], bits[i], shown);
      }
    }
  }

  /** Finds what the window's samples were, and weighs the layers that were right of them against those that were not. */
  private settle(u: number, v: number, columns: number, rows: number, scroll: WindowPrediction): void {
    const { windows, findings, colours } = this;
    const { takes, said, weighs, motions, outcomes } = findings;
    const { layers } = this.scene;
    for (let y = 0; y < rows; y++) {
      for (let x = 0, n = SIDE * y; x < columns; x++, n++) {
        if (weighs[n] !== 0) for (let k = 0; k < layers.length; k++) windows[k].weigh(n, weighs[n]);
        if (takes[n] !== 0) {
          if (layers.length > 1) this.weighLayers(n);
          const known = scroll.confidence[n];
          if (known !== 0) {
            const most = known < CONFIDENCE_START ? COARSE_STEPS : colours.tolerance[n];
            const dr = colours.r[n] - scroll.r[n];
            const dg = colours.g[n] - scroll.g[n];
            const db = colours.b[n] - scroll.b[n];
            const same = dr <= most && dr >= -most && dg <= most && dg >= -most && db <= most && db >= -most;
            if (!same) this.parts.suspects.add(u + x, v + y);
            if (known >= CONFIDENCE_START) {
              outcomes[n] = same ? 1 : -1;
              motions[n] += outcomes[n];
            }
          }
        }
        if (said[n] !== UNSAID) outcomes[n] = said[n];
      }
    }
  }

  /** Weighs the layers that were right of pixel n against those that were not. */
  private weighLayers(n: number): void {
    const { windows } = this;
    const { layers } = this.scene;
    let agree = false;
    let disagree = false;
    for (let k = 0; k < layers.length; k++) {
      const verdict = windows[k].verdicts[n];
      if (verdict > 0) agree = true;
      else if (verdict < 0) disagree = true;
    }
    if (!agree || !disagree) return;
    for (let k = 0; k < layers.length; k++) if (windows[k].verdicts[n] !== 0) windows[k].weigh(n, 24 * windows[k].verdicts[n]);
  }
}

/** Points from sample `first` on that lie side by side, as many as a window holds. */
function runOf({ count, u, v, kind }: SampleSet, first: number): number {
  const most = Math.min(SIDE, count - first);
  let run = 1;
  while (run < most && kind[first + run] === 0 && v[first + run] === v[first] && u[first + run] === u[first] + run) run++;
  return run;
}
