import { codeSigned, createModel, type RangeCoder, resetModel, SIGNED_MODEL } from '../bytes/RangeCoder.js';
import { SgapsError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { ObjectScript } from './ObjectScript.js';
import { ObjectColumn as C, OBJECT_ROW, type QuantisedState } from './QuantisedState.js';

// Groups of columns that change together; a bit of an object's history each.
const GROUPS = 9;
const G = { x: 0, y: 1, frame: 2, rotation: 3, flips: 4, size: 5, alpha: 6, tile: 7, rest: 8 } as const;
const REST = [C.texture, C.originX, C.originY, C.tint, C.scrollFactorX, C.scrollFactorY, C.tag] as const;
const CHANGED_BEFORE = 1 << GROUPS;

// Model layout.
const LIST = 0;
const INSERT = 1;
const KEEP = 3;
const KNOWN = 5;
const CHANGED = 6;
const MASK = CHANGED + 8;
const REST_MASK = MASK + 2 * GROUPS * 4;
const NAME_FOLLOWS = REST_MASK + 2 * REST.length;
const ID = NAME_FOLLOWS + 4;
const NUMBERS = ID + SIGNED_MODEL;
/** Columns with a number model of their own, for known and for new objects. */
const NUMBER_SETS = 2 * 18;
const SIZE = NUMBERS + NUMBER_SETS * SIGNED_MODEL;

const TEMPLATES = 64;

/**
 * Codes the ordered list of tracked objects as an edit script against the last list, and each object as what differs
 * from constant velocity. An object that stands still, or moves evenly, costs a small fraction of a bit.
 *
 * @example
 * ```ts
 * objects.code(coder, previous, current, names.size);
 * ```
 */
export class ObjectCoder {
  /** Adaptive probabilities, for a snapshot. */
  readonly model = createModel(SIZE);
  /** The last new object of each texture (by its low bits): the guess for the next. */
  readonly templates = new Int32Array(TEMPLATES * OBJECT_ROW);
  /** The frame name that followed each frame name last. */
  readonly nextFrame = new Int32Array(LIMITS.names);
  lastId = 0;
  private readonly script = new ObjectScript(LIMITS.objects);
  private readonly used = new Uint8Array(LIMITS.objects);
  private readonly base = new Int32Array(OBJECT_ROW);

  constructor() {
    this.reset();
  }

  /** Forgets everything. */
  reset(): void {
    resetModel(this.model);
    this.lastId = 0;
    this.nextFrame.fill(0);
    this.templates.fill(0);
    for (let i = 0; i < TEMPLATES; i++) {
      const row = i * OBJECT_ROW;
      this.templates[row + C.originX] = 128;
      this.templates[row + C.originY] = 128;
      this.templates[row + C.alpha] = 255;
      this.templates[row + C.tint] = 0xffffff;
      this.templates[row + C.scrollFactorX] = 256;
      this.templates[row + C.scrollFactorY] = 256;
    }
  }

  /** Codes `current.objects` against `previous.objects`. @throws SgapsError on malformed bytes */
  code(coder: RangeCoder, previous: QuantisedState, current: QuantisedState, names: number): void {
    const { model, script, used } = this;
    const encoding = coder.encoding;
    const before = previous.objectCount;
    if (encoding) script.plan(previous.objects, before, current.objects, current.objectCount, OBJECT_ROW);
    if (coder.bit(model, LIST, encoding && script.unchanged ? 1 : 0) === 1) {
      current.objectCount = before;
      for (let i = 0; i < before; i++)
        this.codeKnown(coder, previous.objects, i * OBJECT_ROW, current.objects, i * OBJECT_ROW, names);
      return;
    }
    const count = encoding ? current.objectCount : LIMITS.objects;
    used.fill(0);
    let j = 0;
    let lastInsert = 0;
    let lastKeep = 1;
    for (let i = 0; i <= before; i++) {
      for (;;) {
        const insert = coder.bit(model, INSERT + lastInsert, encoding && j < count && script.kept[j] < 0 ? 1 : 0);
        lastInsert = insert;
        if (insert === 0) break;
        if (j >= LIMITS.objects) throw SgapsError.limit('objects', j + 1, LIMITS.objects);
        this.codeInserted(coder, previous, current, j, names);
        j++;
      }
      if (i === before) break;
      lastKeep = coder.bit(model, KEEP + lastKeep, encoding && j < count && script.kept[j] === i ? 1 : 0);
      if (lastKeep === 1) {
        if (used[i] !== 0 || j >= LIMITS.objects) throw SgapsError.malformed('object list');
        used[i] = 1;
        this.codeKnown(coder, previous.objects, i * OBJECT_ROW, current.objects, j * OBJECT_ROW, names);
        j++;
      }
    }
    current.objectCount = j;
  }

  private codeInserted(coder: RangeCoder, previous: QuantisedState, current: QuantisedState, j: number, names: number): void {
    const { model, script, used, base } = this;
    const to = current.objects;
    const row = j * OBJECT_ROW;
    const moved = coder.encoding ? script.moved[j] : -1;
    if (previous.objectCount > 0 && coder.bit(model, KNOWN, moved >= 0 ? 1 : 0) === 1) {
      const index = coder.uniform(moved, previous.objectCount);
      if (used[index] !== 0) throw SgapsError.malformed('object list');
      used[index] = 1;
      this.codeKnown(coder, previous.objects, index * OBJECT_ROW, to, row, names);
      return;
    }
    const id = (this.lastId + 1 + codeSigned(coder, model, ID, (to[row] - this.lastId - 1) | 0)) | 0;
    this.lastId = id;
    const near = j > 0 ? row - OBJECT_ROW : -1;
    const texture = this.codeName(coder, to[row + C.texture], near < 0 ? 0 : to[near + C.texture], names, 2);
    const template = (texture & (TEMPLATES - 1)) * OBJECT_ROW;
    base.set(this.templates.subarray(template, template + OBJECT_ROW));
    base[C.id] = id;
    base[C.texture] = texture;
    if (near >= 0) {
      base[C.x] = to[near + C.x];
      base[C.y] = to[near + C.y];
    }
    base.fill(0, C.speedX);
    this.codeRow(coder, base, 0, to, row, names, 1);
    this.templates.set(to.subarray(row, row + OBJECT_ROW), template);
  }

  private codeKnown(coder: RangeCoder, from: Int32Array, old: number, to: Int32Array, row: number, names: number): void {
    const { model } = this;
    const history = from[old + C.history];
    const moving = from[old + C.speedX] !== 0 || from[old + C.speedY] !== 0 ? 1 : 0;
    const context = CHANGED + ((history & CHANGED_BEFORE) !== 0 ? 1 : 0) + 2 * moving + ((history & 511) !== 0 ? 4 : 0);
    const changed = coder.bit(model, context, coder.encoding && differs(from, old, to, row) ? 1 : 0);
    if (changed === 1) {
      this.codeRow(coder, from, old, to, row, names, 0);
      return;
    }
    for (let k = 0; k < C.history; k++) to[row + k] = from[old + k];
    to[row + C.x] = (from[old + C.x] + from[old + C.speedX]) | 0;
    to[row + C.y] = (from[old + C.y] + from[old + C.speedY]) | 0;
    to[row + C.rotation] = (from[old + C.rotation] + from[old + C.spin]) & 4095;
    to[row + C.tileX] = (from[old + C.tileX] + from[old + C.tileSpeedX]) | 0;
    to[row + C.tileY] = (from[old + C.tileY] + from[old + C.tileSpeedY]) | 0;
    to[row + C.history] = history & CHANGED_BEFORE ? history & 511 : 0;
  }

  /** Codes a row group by group against `from`; `fresh` is 1 for objects not seen before. */
  private codeRow(
    coder: RangeCoder,
    from: Int32Array,
    old: number,
    to: Int32Array,
    row: number,
    names: number,
    fresh: number,
  ): void {
    const history = from[old + C.history];
    let mask = 0;
    to[row + C.id] = from[old + C.id];
    mask |= this.codeMoving(coder, from, old, to, row, C.x, C.speedX, G.x, history, fresh) << G.x;
    mask |= this.codeMoving(coder, from, old, to, row, C.y, C.speedY, G.y, history, fresh) << G.y;
    const nextFrame = this.nextFrame[from[old + C.frame]];
    if (this.group(coder, G.frame, history, fresh, to[row + C.frame] !== from[old + C.frame]) === 1) {
      to[row + C.frame] = this.codeName(coder, to[row + C.frame], nextFrame, names, 0);
      this.nextFrame[from[old + C.frame]] = to[row + C.frame];
      mask |= 1 << G.frame;
    } else to[row + C.frame] = from[old + C.frame];
    const turned = (from[old + C.rotation] + from[old + C.spin]) & 4095;
    if (this.group(coder, G.rotation, history, fresh, to[row + C.rotation] !== turned) === 1) {
      const difference = (((to[row + C.rotation] - turned) << 20) >> 20) | 0;
      to[row + C.rotation] = (turned + this.number(coder, C.rotation, fresh, difference)) & 4095;
      mask |= 1 << G.rotation;
    } else to[row + C.rotation] = turned;
    to[row + C.spin] = fresh === 1 ? 0 : ((to[row + C.rotation] - from[old + C.rotation]) << 20) >> 20;
    if (this.group(coder, G.flips, history, fresh, to[row + C.flips] !== from[old + C.flips]) === 1) {
      to[row + C.flips] = coder.uniform(to[row + C.flips], 4);
      mask |= 1 << G.flips;
    } else to[row + C.flips] = from[old + C.flips];
    mask |= this.codePair(coder, from, old, to, row, C.width, G.size, history, fresh);
    mask |= this.codePlain(coder, from, old, to, row, C.alpha, G.alpha, history, fresh);
    const tile =
      to[row + C.tileX] !== ((from[old + C.tileX] + from[old + C.tileSpeedX]) | 0) ||
      to[row + C.tileY] !== ((from[old + C.tileY] + from[old + C.tileSpeedY]) | 0);
    const tiles = this.group(coder, G.tile, history, fresh, tile);
    mask |= tiles << G.tile;
    this.advance(coder, from, old, to, row, C.tileX, C.tileSpeedX, fresh, tiles);
    this.advance(coder, from, old, to, row, C.tileY, C.tileSpeedY, fresh, tiles);
    mask |= this.codeRest(coder, from, old, to, row, names, history, fresh);
    to[row + C.history] = mask | CHANGED_BEFORE;
    checkRow(to, row, names);
  }

  private group(coder: RangeCoder, group: number, history: number, fresh: number, changed: boolean): number {
    const past = ((history >>> group) & 1) + ((history & CHANGED_BEFORE) !== 0 ? 2 : 0);
    return coder.bit(this.model, MASK + (fresh * GROUPS + group) * 4 + past, changed ? 1 : 0);
  }

  private number(coder: RangeCoder, column: number, fresh: number, value: number): number {
    return codeSigned(coder, this.model, NUMBERS + (2 * column + fresh) * SIGNED_MODEL, value);
  }

  private codeMoving(
    coder: RangeCoder,
    from: Int32Array,
    old: number,
    to: Int32Array,
    row: number,
    column: number,
    speed: number,
    group: number,
    history: number,
    fresh: number,
  ): number {
    const differs = to[row + column] !== ((from[old + column] + from[old + speed]) | 0);
    const changed = this.group(coder, group, history, fresh, differs);
    this.advance(coder, from, old, to, row, column, speed, fresh, changed);
    return changed;
  }

  /** A column that moves by its last step, plus a difference when `changed`. */
  private advance(
    coder: RangeCoder,
    from: Int32Array,
    old: number,
    to: Int32Array,
    row: number,
    column: number,
    speed: number,
    fresh: number,
    changed: number,
  ): void {
    const expected = (from[old + column] + from[old + speed]) | 0;
    const difference = changed === 1 ? this.number(coder, column, fresh, (to[row + column] - expected) | 0) : 0;
    to[row + column] = (expected + difference) | 0;
    to[row + speed] = fresh === 1 ? 0 : (to[row + column] - from[old + column]) | 0;
  }

  private codePair(
    coder: RangeCoder,
    from: Int32Array,
    old: number,
    to: Int32Array,
    row: number,
    column: number,
    group: number,
    history: number,
    fresh: number,
  ): number {
    const differs = to[row + column] !== from[old + column] || to[row + column + 1] !== from[old + column + 1];
    const changed = this.group(coder, group, history, fresh, differs);
    for (let k = column; k < column + 2; k++) this.difference(coder, from, old, to, row, k, fresh, changed);
    return changed << group;
  }

  private codePlain(
    coder: RangeCoder,
    from: Int32Array,
    old: number,
    to: Int32Array,
    row: number,
    column: number,
    group: number,
    history: number,
    fresh: number,
  ): number {
    const changed = this.group(coder, group, history, fresh, to[row + column] !== from[old + column]);
    this.difference(coder, from, old, to, row, column, fresh, changed);
    return changed << group;
  }

  private difference(
    coder: RangeCoder,
    from: Int32Array,
    old: number,
    to: Int32Array,
    row: number,
    column: number,
    fresh: number,
    changed: number,
  ): void {
    const difference = changed === 1 ? this.number(coder, column, fresh, (to[row + column] - from[old + column]) | 0) : 0;
    to[row + column] = (from[old + column] + difference) | 0;
  }

  private codeRest(
    coder: RangeCoder,
    from: Int32Array,
    old: number,
    to: Int32Array,
    row: number,
    names: number,
    history: number,
    fresh: number,
  ): number {
    let differs = false;
    for (const column of REST) differs ||= to[row + column] !== from[old + column];
    const changed = this.group(coder, G.rest, history, fresh, differs);
    for (let k = 0; k < REST.length; k++) {
      const column = REST[k];
      const one =
        changed === 1
          ? coder.bit(this.model, REST_MASK + fresh * REST.length + k, to[row + column] !== from[old + column] ? 1 : 0)
          : 0;
      if (column !== C.texture) this.difference(coder, from, old, to, row, column, fresh, one);
      else
        to[row + column] = one === 1 ? this.codeName(coder, to[row + column], from[old + column], names, 2) : from[old + column];
    }
    return changed << G.rest;
  }

  /** The index of a name: a guess that mostly holds, or any. */
  private codeName(coder: RangeCoder, index: number, guess: number, names: number, context: number): number {
    const right = coder.bit(this.model, NAME_FOLLOWS + context, index === guess ? 1 : 0);
    return right === 1 ? guess : coder.uniform(index, names);
  }
}

/** True when an object did not move on evenly or changed otherwise. */
function differs(from: Int32Array, old: number, to: Int32Array, row: number): boolean {
  for (let k: number = C.texture; k <= C.tag; k++) {
    let expected = from[old + k];
    if (k === C.x) expected = (expected + from[old + C.speedX]) | 0;
    else if (k === C.y) expected = (expected + from[old + C.speedY]) | 0;
    else if (k === C.rotation) expected = (expected + from[old + C.spin]) & 4095;
    else if (k === C.tileX) expected = (expected + from[old + C.tileSpeedX]) | 0;
    else if (k === C.tileY) expected = (expected + from[old + C.tileSpeedY]) | 0;
    if (to[row + k] !== expected) return true;
  }
  return false;
}

/** Refuses what no encoder writes. @throws SgapsError `BYTES_MALFORMED` */
export function checkRow(rows: Int32Array, row: number, names: number): void {
  const bad =
    outside(rows[row + C.texture], names) ||
    outside(rows[row + C.frame], names) ||
    outside(rows[row + C.rotation], 4096) ||
    outside(rows[row + C.flips], 4) ||
    outside(rows[row + C.alpha], 256) ||
    outside(rows[row + C.tint], 0x1000000) ||
    outside(rows[row + C.tag], 5) ||
    rows[row + C.width] < 0 ||
    rows[row + C.height] < 0;
  if (bad) throw SgapsError.malformed('tracked object');
}

function outside(value: number, end: number): boolean {
  return value < 0 || value >= end;
}
