import { CUBE } from './cube.js';
import { isKnown } from './isKnown.js';
import type { MotionCoder, MotionField } from './MotionField.js';
import { type Candidates, MotionSearch } from './MotionSearch.js';
import type { PaddedPicture } from './PaddedPicture.js';

const BLOCK = 8;
/** Places of one pattern that are looked at, latest first. */
const LOOKS = 24;
const TABLE_BITS = 16;
const NONE = -1;
/** Difference of a cube, 8-bit steps, up to which nothing better is looked for. */
const ENOUGH = 64;

/**
 * Finds where a keyframe shows the same as it has shown before, further up or left (encoder only): tiles and sprites repeat. Places of 8×8 pixels that are alike to the bit are
 * found by a hash of their brightness.
 */
export class CopySearch {
  /** By cube: 1 where a place was found that is known by then. */
  readonly found: Uint8Array;
  private readonly search = new MotionSearch();
  /** By hash, the last place that has it; by place, the one before it with the same. */
  private readonly newest = new Int32Array(1 << TABLE_BITS);
  private readonly older: Int32Array;
  private readonly hashes: Uint16Array;
  private readonly candidates: Candidates & { likely: number } = {
    likelyX: new Int32Array(LOOKS + 8),
    likelyY: new Int32Array(LOOKS + 8),
    likely: 0,
  };

  constructor(
    private readonly width: number,
    private readonly height: number,
    private readonly coder: MotionCoder,
  ) {
    this.found = new Uint8Array((width * height) / CUBE ** 2);
    this.older = new Int32Array(width * height);
    this.hashes = new Uint16Array(width * height);
  }

  /** Takes a picture to look in. */
  begin(source: PaddedPicture): void {
    const { width, height, newest, older, hashes } = this;
    const values = source.planes[0];
    newest.fill(NONE);
    for (let y = 0; y <= height - BLOCK; y++)
      for (let x = 0; x <= width - BLOCK; x++) {
        let hash = 0;
        let isFlat = true;
        const start = source.at(x, y);
        const first = values[start];
        for (let row = 0; row < BLOCK; row++) {
          const at = start + row * source.stride;
          for (let i = at; i < at + BLOCK; i++) {
            hash = Math.imul(hash ^ values[i], 0x01000193);
            isFlat &&= values[i] === first;
          }
        }
        const place = y * width + x;
        hash = isFlat ? 0 : ((hash ^ (hash >>> 16)) & ((1 << TABLE_BITS) - 1)) | 1;
        hashes[place] = hash;
        if (isFlat) continue;
        older[place] = newest[hash];
        newest[hash] = place;
      }
  }

  /** Finds one cube's, into `field`; what is not found is as likely as can be. A bit weighs as `bitCost` of difference. */
  find(field: MotionField, cube: number, source: PaddedPicture, expected: Int16Array, bitCost: number): void {
    const { search, candidates, coder, width } = this;
    const columns = width / CUBE;
    const x = CUBE * (cube % columns);
    const y = CUBE * Math.floor(cube / columns);
    const first = field.first(cube);
    field.split[cube] = 0;
    field.reference[cube] = 0;
    coder.findLikely(field, first, 2, expected, cube);
    candidates.likelyX.set(coder.likelyX);
    candidates.likelyY.set(coder.likelyY);
    candidates.likely = coder.likely;
    search.begin(source, source, null, x, y, CUBE, bitCost, { ...candidates, likely: 0 });
    search.use(candidates);
    for (let i = 0; i < candidates.likely; i++)
      if (isKnown(candidates.likelyX[i], candidates.likelyY[i], x, y, CUBE, x, y, width))
        search.consider(candidates.likelyX[i], candidates.likelyY[i]);
    // A pattern in any quarter may lead to it.
    for (let quarter = 0; quarter < 4; quarter++) this.follow(x, y, BLOCK * (quarter & 1), BLOCK * (quarter >> 1), CUBE);
    const whole = search.cost;
    this.found[cube] = Number.isFinite(whole) ? 1 : 0;
    if (this.found[cube] === 1) field.spread(cube, search.x, search.y);
    else field.spread(cube, coder.likelyX[0], coder.likelyY[0]);
    if (whole > ENOUGH) this.trySplit(field, cube, source, expected, bitCost, whole);
  }

  /** Four places instead of one, where each quarter has one and they are worth their bits. */
  private trySplit(
    field: MotionField,
    cube: number,
    source: PaddedPicture,
    expected: Int16Array,
    bitCost: number,
    whole: number,
  ): void {
    const { search, candidates, coder, width } = this;
    const columns = width / CUBE;
    const x = CUBE * (cube % columns);
    const y = CUBE * Math.floor(cube / columns);
    const first = field.first(cube);
    const wholeX = field.x[first];
    const wholeY = field.y[first];
    let total = 4 * bitCost;
    for (let quarter = 0; quarter < 4 && total < whole; quarter++) {
      const right = BLOCK * (quarter & 1);
      const down = BLOCK * (quarter >> 1);
      const at = first + (quarter & 1) + (quarter >> 1) * field.columns;
      coder.findLikely(field, at, 1, expected, cube);
      candidates.likelyX.set(coder.likelyX);
      candidates.likelyY.set(coder.likelyY);
      candidates.likely = coder.likely;
      search.begin(source, source, null, x + right, y + down, BLOCK, bitCost, { ...candidates, likely: 0 });
      search.use(candidates);
      for (let i = 0; i < candidates.likely; i++)
        if (isKnown(candidates.likelyX[i], candidates.likelyY[i], x + right, y + down, BLOCK, x, y, width))
          search.consider(candidates.likelyX[i], candidates.likelyY[i]);
      if (isKnown(wholeX, wholeY, x + right, y + down, BLOCK, x, y, width)) search.consider(wholeX, wholeY);
      this.follow(x, y, right, down, BLOCK);
      total += search.cost;
      field.x[at] = search.x;
      field.y[at] = search.y;
    }
    if (total < whole) {
      field.split[cube] = 1;
      this.found[cube] = 1;
    } else field.spread(cube, wholeX, wholeY);
  }

  private follow(x: number, y: number, right: number, down: number, size: number): void {
    const { width, height, hashes, newest, older } = this;
    if (y + down > height - BLOCK) return;
    const own = (y + down) * width + x + right;
    const hash = hashes[own];
    if (hash === 0) return;
    let place = newest[hash];
    for (let looks = 0; place !== NONE && looks < LOOKS; place = older[place]) {
      const motionX = 4 * ((place % width) - x - right);
      const motionY = 4 * (Math.floor(place / width) - y - down);
      const isWhole = size === CUBE;
      if (!isKnown(motionX, motionY, isWhole ? x : x + right, isWhole ? y : y + down, size, x, y, width)) continue;
      this.search.consider(motionX, motionY);
      looks++;
    }
  }
}
