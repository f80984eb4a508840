import { SgapsError } from '@sgaps/protocol';
import type { FrameSight } from './lookAtFrame.js';

/**
 * The caption of a frame's pictures: every figure is of that run.
 *
 * @example
 * ```ts
 * const text = captionOf('phaser-arena', sight.figures);
 * ```
 */
export function captionOf(game: string, figures: FrameSight['figures']): string {
  const { frame, samples, blocks, changed, before, rebuilt, uncertainty, bytesUp, bytesDown, kept } = figures;
  const count = (value: number) => Math.round(value).toLocaleString('en');
  const was = kept ? 'The frame before is' : 'What memory draws is';
  return (
    `${game}, frame ${frame}: ${count(samples)} samples in ${count(blocks)} blocks, ${count(changed)} of which had changed. ${was} at ${before.toFixed(1)} dB to the truth, ` +
    `the rebuilt picture at ${rebuilt.toFixed(1)} dB; mean uncertainty ${uncertainty.toFixed(3)}. Up to here ${count(bytesUp)} bytes a frame went up and ${count(bytesDown)} down.`
  );
}

/**
 * A page with its captions replaced: each stands between `<!-- picture: NAME -->` and `<!-- /picture -->`. Throws `BYTES_MALFORMED` where one has no place.
 *
 * @example
 * ```ts
 * const page = withCaptions(readFileSync('docs/how-it-works.md', 'utf8'), { arena: '_phaser-arena, frame 100: …_' });
 * ```
 */
export function withCaptions(page: string, captions: Readonly<Record<string, string>>): string {
  let out = page;
  for (const [name, caption] of Object.entries(captions)) {
    const [begin, end] = [`<!-- picture: ${name} -->`, '<!-- /picture -->'];
    const from = out.indexOf(begin);
    const to = out.indexOf(end, from);
    if (from < 0 || to < 0) throw SgapsError.malformed(`the page has no place for ${begin}`);
    out = `${out.slice(0, from + begin.length)}\n\n${caption}\n\n${out.slice(to)}`;
  }
  return out;
}
