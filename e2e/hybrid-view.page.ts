import { isSgapsError } from '@sgaps/protocol';
import { castWall } from './support/castWall.js';
import {
  babylonSurface,
  COLUMNS,
  cameraOf,
  type Pose,
  plainSurface,
  ROWS,
  type Surface,
  type SurfaceOptions,
} from './support/hybridSurfaces.js';

export type SurfaceName = 'plain' | 'webgl2' | 'webgpu';

const surfaces = new Map<string, Surface>();
const events = new Map<string, string[]>();

const nextFrame = () => new Promise<void>((resolve) => requestAnimationFrame(() => resolve()));

function surfaceOf(name: string): Surface {
  const surface = surfaces.get(name);
  if (!surface) throw new Error(`There is no ${name}.`);
  return surface;
}

async function until(check: () => boolean, what: string, within = 15_000): Promise<void> {
  for (const end = performance.now() + within; !check(); ) {
    if (performance.now() > end) throw new Error(`${what} did not come.`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Opens a surface; `open`, or the code and text of the error. */
async function open(name: string, kind: SurfaceName, options: SurfaceOptions): Promise<string> {
  try {
    const surface = kind === 'plain' ? await plainSurface(options) : await babylonSurface(kind, options);
    const told: string[] = [];
    surface.view.addEventListener('stall', () => told.push('stall'));
    surface.view.addEventListener('resume', () => told.push('resume'));
    surface.view.addEventListener('built', () => told.push('built'));
    surface.view.addEventListener('error', ({ detail }) => told.push(detail.code));
    surfaces.set(name, surface);
    events.set(name, told);
    return 'open';
  } catch (error) {
    return isSgapsError(error) ? `${error.code}: ${error.message}` : String(error);
  }
}

/** Goes somewhere, and waits until a frame for just that place is there. */
async function settle(name: string, pose: Pose): Promise<void> {
  const surface = surfaceOf(name);
  const { view } = cameraOf(pose);
  surface.place(pose);
  const isThere = () => {
    const camera = surface.view.frame?.camera;
    return camera !== undefined && view.every((value, i) => Math.abs(value - camera.view[i]) < 1e-4);
  };
  surface.draw(true);
  await until(() => {
    surface.draw(true);
    return isThere();
  }, 'The frame for this place');
}

/** Draws from a place, whichever frame is there, and reads. Shaders may still be compiled: until something is drawn. */
async function shown(name: string, pose: Pose, reproject = true): Promise<Uint8Array> {
  const surface = surfaceOf(name);
  surface.place(pose);
  surface.draw(reproject);
  await nextFrame();
  surface.draw(reproject);
  return surface.pixels();
}

/** Colours at pixels, `[column, row]`. */
function coloursAt(pixels: Uint8Array, places: readonly (readonly [number, number])[]): number[][] {
  return places.map(([column, row]) =>
    Array.from(pixels.subarray(4 * (COLUMNS * row + column), 4 * (COLUMNS * row + column) + 3)),
  );
}

/** Mean distance of a picture's colours to those of the truth, in 0 … 255. */
function errorOf(pixels: Uint8Array, pose: Pose, columns = COLUMNS): number {
  const truth = castWall(cameraOf(pose, columns)).colour;
  let sum = 0;
  let count = 0;
  for (let row = 0; row < ROWS; row++) {
    for (let column = 0; column < columns; column++) {
      const [at, from] = [columns * row + column, COLUMNS * row + column];
      for (let k = 0; k < 3; k++) sum += Math.abs(pixels[4 * from + k] - truth[3 * at + k]);
      count += 3;
    }
  }
  return sum / count;
}

/** Where a camera that circles is after so many ms. */
function circling(ms: number): Pose {
  const turn = ms / 700;
  return { eye: [1.6 * Math.sin(turn), 0.5 * Math.sin(1.3 * turn), 0.6 * Math.cos(turn)], target: [0.3 * Math.sin(turn), 0, 5] };
}

/** Moves a camera for a while; how far what is shown is from the truth, with reprojection and without. */
async function moving(name: string, ms: number) {
  const surface = surfaceOf(name);
  await settle(name, circling(0));
  const begin = performance.now();
  const errors = { reprojected: [] as number[], asItCame: [] as number[] };
  const ages: number[] = [];
  for (let drawn = 0; performance.now() - begin < ms || ages.length < 5; drawn++) {
    await nextFrame();
    const pose = circling(performance.now() - begin);
    surface.place(pose);
    surface.draw(true);
    if (drawn % 6 !== 5) continue;
    ages.push(surface.view.frame?.latency.total ?? 0);
    errors.reprojected.push(errorOf(await surface.pixels(), pose));
    surface.draw(false);
    errors.asItCame.push(errorOf(await surface.pixels(), pose));
  }
  const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;
  return {
    count: ages.length,
    age: mean(ages),
    reprojected: mean(errors.reprojected),
    asItCame: mean(errors.asItCame),
    latency: surface.view.latency,
  };
}

const hybrid = {
  open,
  settle,
  async colours(name: string, pose: Pose, places: readonly (readonly [number, number])[]) {
    return coloursAt(await shown(name, pose), places);
  },
  /** Mean error, from a place, of what is drawn of whichever frame is there, on the left columns of the canvas. */
  async error(name: string, pose: Pose, reproject = true, columns = COLUMNS) {
    return errorOf(await shown(name, pose, reproject), pose, columns);
  },
  /** Pixels that are nearly of a colour. */
  async count(name: string, pose: Pose, colour: readonly number[]) {
    const pixels = await shown(name, pose);
    let count = 0;
    for (let i = 0; i < pixels.length; i += 4) if (colour.every((value, k) => Math.abs(value - pixels[i + k]) < 12)) count++;
    return count;
  },
  moving,
  frame(name: string) {
    const { frame, stalled, error, latency, about } = surfaceOf(name).view;
    if (!frame) return { frame: null, stalled, error: error?.code ?? null, about };
    const { image, depth, nearest, camera, time } = frame;
    const middle = depth ? depth[(image.height >> 1) * image.width + (image.width >> 1)] : null;
    const { view: _, ...lens } = camera;
    const size = `${image.width}×${image.height}`;
    return {
      frame: { size, depth: depth?.length ?? null, middle, nearest, time, lens, latency: frame.latency },
      stalled,
      error: error?.code ?? null,
      latency,
      about,
    };
  },
  /** Draws until a check of the frame holds. */
  async drawUntil(name: string, size: string) {
    const surface = surfaceOf(name);
    await until(() => {
      surface.draw(true);
      const image = surface.view.frame?.image;
      return `${image?.width}×${image?.height}` === size;
    }, `A frame of ${size}`);
  },
  /** Draws until something new was told; all that was. */
  async eventsUntil(name: string, last: string) {
    const told = events.get(name) ?? [];
    const surface = surfaceOf(name);
    let turn = 0;
    await until(() => {
      surface.place({ eye: [0.01 * ++turn, 0, 0], target: [0, 0, 6] });
      surface.draw(true);
      return told.at(-1) === last;
    }, `'${last}' after ${told.join()}`);
    return told;
  },
  setTime(name: string, time: number) {
    surfaceOf(name).view.time = time;
  },
  loseContext: (name: string) => surfaceOf(name).loseContext(),
  resize: (name: string, columns: number, rows: number) => surfaceOf(name).resize(columns, rows),
  flatten: (name: string, isFlat: boolean) => surfaceOf(name).flatten(isFlat),
  told: (name: string) => surfaceOf(name).told(),
  held: (name: string) => surfaceOf(name).held(),
  errors: (name: string) => surfaceOf(name).errors(),
  label: () => document.querySelector('.sgaps-latency')?.textContent ?? null,
  async dispose(name: string) {
    await surfaceOf(name).dispose();
    return surfaceOf(name).held();
  },
  end(name: string) {
    surfaceOf(name).end();
    surfaces.delete(name);
  },
};

declare global {
  interface Window {
    hybrid: typeof hybrid;
  }
}
window.hybrid = hybrid;
