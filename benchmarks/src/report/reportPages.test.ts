import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sheetOf } from '../plot/sheet.js';
import { listChapters } from './chapters.js';
import { type Measured, originOf, readMeasured } from './measured.js';
import type { PeersFigures } from './peersSection.js';
import { reportHtml, reportMarkdown } from './reportPages.js';
import { commandOf, listSteps } from './steps.js';

const folder = mkdtempSync(join(tmpdir(), 'sgaps-report-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const quality = (psnrSteady: number) => ({ psnr: psnrSteady, psnrSteady, psnrP5: psnrSteady, ssim: 0.9, ssimSteady: 0.9 });
/** Two clips: we take 900 bytes of 1000, encoders all; we are 3 dB above them, or 1 below. */
const peers = (bytes: number): PeersFigures => {
  const clip = (name: string, ours: number, theirs: number) => ({
    name,
    kind: '2d-scroll',
    ours: { ...quality(ours), bytesUp: 0.88 * bytes, bytesDown: 0.02 * bytes },
    peers: ['h264', 'vp8', 'vp9'].map((id) => ({
      ...quality(theirs),
      id,
      bytes,
      opponent: id !== 'vp9',
      smooth: quality(theirs),
    })),
  });
  return { bytes, clips: [clip('arena', 33, 30), clip('platformer', 29, 30)] } as unknown as PeersFigures;
};
const measured = (step: string, figures: unknown, error: string | null = null): Measured => ({
  ...{ step, command: `npm run bench:${step} -- --frames 90`, quick: true, startedAt: '2026-11-30T18:20:00.000Z', seconds: 61 },
  ...{ busyBefore: 0.25, busyAfter: 0.93, load: 7.5, machine: 'a <machine>', version: '0.1.0 (abc)', figures, error },
});
const chapters = listChapters(
  new Map([
    ['rates', [measured('peers', peers(1000)), measured('peers', peers(2000))]],
    ['load', [measured('load', null, 'UNAVAILABLE: load.ts ended with 1')]],
  ]),
);
const clips = [{ name: 'arena', kind: '2d-scroll', frames: 120, seed: 7 }];
const about = { date: '2026-11-30', version: '0.1.0 (abc)', machine: 'a <machine>', quick: true, clips, chapters };

describe('the report', () => {
  it('says what failed and what was not measured, and shows the rest', () => {
    const html = reportHtml(about);
    expect(html).toContain('<p class="missing">load failed: UNAVAILABLE: load.ts ended with 1</p>');
    expect(html.match(/<p class="missing">Not measured\.<\/p>/g)).toHaveLength(4);
    expect(html).toContain('above the better of realtime H.264 and VP8 on 1 of 2 clips');
    expect(html).toContain('Other programs used up to 93 % of the machine');
    expect(html).toContain('a &lt;machine&gt;');
    expect(html).toContain('<strong>Quick</strong>');
    // A panel for each clip, and nothing that a page would have to fetch.
    expect(html.match(/<div class="panel">/g)).toHaveLength(2);
    expect(html).not.toMatch(/NaN|undefined|src=|href="(?!#)/);
    const markdown = reportMarkdown(about);
    expect(markdown).toContain('](plots/rates.svg)');
    expect(markdown).toContain('| arena | 2d-scroll | 120 | 7 |');
  });

  it('draws a point for every coder at every budget, where its bytes and dB are', () => {
    const [{ figure, measured: from }] = chapters;
    if (!figure) throw new Error('There is no figure.');
    expect(figure.legend.map(({ label }) => label)).toEqual(['SGAPS, up and down', 'H.264', 'VP8', 'VP9']);
    const [arena] = figure.panels;
    const place = (circle: string, axis: 'cx' | 'cy') => Number(new RegExp(`${axis}="([\\d.]+)"`).exec(circle)?.[1]);
    const dots = (arena.svg.match(/<circle[^>]*>/g) ?? []).map((circle) => [place(circle, 'cx'), place(circle, 'cy')]);
    expect(dots).toHaveLength(8);
    // Ours come last: to the left of the others, since they take fewer bytes, and above them.
    const [other, ours] = [dots[0], dots[6]];
    expect(ours[0]).toBeLessThan(other[0]);
    expect(ours[1]).toBeLessThan(other[1]);
    const sheet = sheetOf(figure, originOf(from));
    expect(sheet).toContain('QUICK: short runs, less sure.');
    expect(sheet).toContain('prefers-color-scheme: dark');
  });

  it('keeps what JSON has no word for, and refuses what is none of its figures', () => {
    writeFileSync(join(folder, 'archive.json'), JSON.stringify(measured('archive', { ssim: Number.NaN, breaksAt: null })));
    expect(readMeasured(folder, 'archive')?.figures).toEqual({ ssim: Number.NaN, breaksAt: null });
    expect(readMeasured(folder, 'client')).toBeUndefined();
    for (const text of ['{"figures":1', '[]', '{"a":1}']) {
      writeFileSync(join(folder, 'load.json'), text);
      expect(() => readMeasured(folder, 'load')).toThrow(expect.objectContaining({ code: 'BYTES_MALFORMED' }));
    }
  });

  it('names commands that can be typed', () => {
    const steps = listSteps({ clips: join(import.meta.dirname, '../../clips'), quick: true });
    expect(commandOf(steps[0])).toMatch(/^npm run bench:peers -- --clips benchmarks\/clips --bytes \d+ /);
    expect(new Set(steps.map(({ id }) => id)).size).toBe(steps.length);
  });
});
