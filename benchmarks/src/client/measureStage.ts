import { SgapsError } from '@sgaps/protocol';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../browser/launchChromium.js';
import { type MeasuredSlice, type StageFigures, summarise } from './ClientFigures.js';
import { differenceOf, ProcessTree } from './ProcessTree.js';
import type { PageFacts, SliceCounts, SliceFigures } from './SliceFigures.js';
import { hasVariant, type StageName, VARIANT_IDS, type VariantId } from './variants.js';

/** WebGPU on a machine without a GPU (DESIGN.md); harmless with one. */
const WEBGPU_FLAGS = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
];
/** A variant runs in for so long before it is measured, and the page rests for so long after, ms. */
const WARM_UP = 800;
const REST = 200;
/** A variant that has never worked is given up after so many rounds: a busy machine may be the reason once. */
const TRIES = 2;
/** What a browser calls a GPU that is none. */
const SOFTWARE = /swiftshader|llvmpipe|software|basic render/i;

/**
 * What to measure.
 *
 * @example
 * ```ts
 * const options: StageOptions = { origin, endpoint, variants: VARIANT_IDS, rounds: 5, sliceMs: 2000 };
 * ```
 */
export interface StageOptions {
  /** Where the page is served. */
  readonly origin: string;
  /** The SGAPS server's address. */
  readonly endpoint: string;
  readonly variants: readonly VariantId[];
  readonly rounds: number;
  readonly sliceMs: number;
  /** Told of the slices that were measured, of how many. */
  readonly onSlice?: (stage: string, done: number, total: number) => void;
}

/**
 * Opens a game in a browser of its own and measures the variants in short slices, every one in every round, back and forth, so that
 * whatever else the machine does hits all alike. A variant that never works is named in `skipped`. Rejects with `UNSUPPORTED` where
 * the game does not start or there is no `/proc`.
 *
 * @example
 * ```ts
 * const figures = await measureStage('phaser', options);
 * ```
 */
export async function measureStage(name: StageName, options: StageOptions): Promise<StageFigures> {
  const { origin, variants, rounds } = options;
  const browser = await launchChromium(name === 'babylon-webgpu' ? WEBGPU_FLAGS : []);
  try {
    const tree = new ProcessTree(await pidOf(browser));
    const page = await browser.newPage({ viewport: { width: 800, height: 450 }, deviceScaleFactor: 1 });
    page.on('pageerror', (error) => console.error(`${name}: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') console.error(`${name}: ${message.text()}`);
    });
    await page.goto(`${origin}/`);
    const facts = await openGame(page, name);
    const wanted = VARIANT_IDS.filter((id) => hasVariant(name, id) && (id === 'bare' || variants.includes(id)));
    const slices = new Map<VariantId, (MeasuredSlice | null)[]>(wanted.map((id) => [id, []]));
    const failures = new Map<VariantId, string[]>(wanted.map((id) => [id, []]));
    let done = 0;
    for (let round = 0; round < rounds; round++) {
      const order = round % 2 === 0 ? wanted : wanted.toReversed();
      for (const id of order) {
        const [own, failed] = [slices.get(id), failures.get(id)];
        const isHopeless = failed && failed.length >= TRIES && own?.every((slice) => slice === null);
        const slice = isHopeless ? null : await measureSlice(page, tree, id, options);
        if (typeof slice === 'string') failed?.push(slice);
        own?.push(typeof slice === 'string' ? null : slice);
        options.onSlice?.(name, ++done, rounds * wanted.length);
      }
    }
    const bare = slices.get('bare') ?? [];
    const figures: StageFigures['variants'] = {};
    const skipped: StageFigures['skipped'] = {};
    for (const [id, own] of slices) {
      if (own.some((slice) => slice !== null)) figures[id] = summarise(own, bare, slices.get('mediarecorder-2500'));
      else skipped[id] = failures.get(id)?.at(-1) ?? '';
    }
    return { ...facts, hardwareGpu: !SOFTWARE.test(facts.gpu), rounds, variants: figures, skipped };
  } finally {
    await browser.close();
  }
}

async function openGame(page: Page, name: StageName): Promise<PageFacts> {
  try {
    return (await page.evaluate(`sgapsBench.open(${JSON.stringify(name)})`)) as PageFacts;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new SgapsError('UNSUPPORTED', `${name} does not start in this browser: ${why}`, { cause });
  }
}

/** One slice, or why there is none. */
async function measureSlice(
  page: Page,
  tree: ProcessTree,
  id: VariantId,
  { endpoint, sliceMs }: StageOptions,
): Promise<MeasuredSlice | string> {
  try {
    await page.evaluate(`sgapsBench.start(${JSON.stringify(id)}, ${JSON.stringify(endpoint)}, ${WARM_UP})`);
    const before = tree.read();
    const inPage = (await page.evaluate(`sgapsBench.measure(${sliceMs})`)) as SliceFigures;
    const after = tree.read();
    const counts = (await page.evaluate('sgapsBench.collect()')) as SliceCounts;
    await page.evaluate(`sgapsBench.stop(${REST})`);
    // The readings lie a little further apart than the page's own start and end.
    const share = inPage.ms / (after.at - before.at);
    const { cpuMs, mainMs } = differenceOf(before, after);
    return { ...inPage, ...counts, cpuMs: share * cpuMs, mainMs: share * mainMs };
  } catch (error) {
    await page.evaluate(`sgapsBench.stop(${REST})`).catch(() => undefined);
    const message = error instanceof Error ? error.message.split('\n')[0] : String(error);
    console.error(`${id}: ${message}`);
    return message;
  }
}

async function pidOf(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const own = processInfo.find(({ type }) => type === 'browser');
  if (!own) throw new SgapsError('UNSUPPORTED', 'The browser does not tell its process id.');
  return own.id;
}
