// What was sent before: the ring that the frame began with, and the one that is brought up to date.
import { CODED_ENTRIES_AT, PATCH_AT, PLACES_AT, RING_ROOM, RINGS_AT, SENT_AT } from '../layout';

export let width: i32 = 0;
export let height: i32 = 0;
/** From the reference to the map, bytes; and so far again begins what an encoder alone has. */
export let gap: i32 = 0;

/** Size of the rings, before anything else. */
export function setup(columns: i32, rows: i32): void {
  width = columns;
  height = rows;
  gap = (4 * columns * rows + RING_ROOM + 15) & ~15;
}

/** Place of a whole number on a ring. */
export function wrap(value: i32, size: i32): i32 {
  const rest = value % size;
  return rest < 0 ? rest + size : rest;
}

/** Where the reference holds a place. */
export function addressOf(row: i32, column: i32): i32 {
  return RINGS_AT + ((row * width + column) << 2);
}

/** Four entries of the reference, or of the map where it knows nothing. */
export function entriesAt(from: i32): v128 {
  const sent = v128.load(from);
  return v128.bitselect(v128.load(from + gap), sent, i32x4.eq(sent, i32x4.splat(0)));
}

/** Twelve entries of a row that goes round the ring, as `entriesAt`, to `PATCH_AT`. */
export function readRound(row: i32, column: i32): void {
  let to = PATCH_AT;
  const end = to + 48;
  while (to < end) {
    const count = min((end - to) >> 2, width - column);
    const from = addressOf(row, column);
    for (let i = 0; i < count << 2; i += 16) v128.store(to + i, entriesAt(from + i));
    to += count << 2;
    column = 0;
  }
}

/** Takes eight rows of eight entries from a place of the map on; 1 where all are known. */
export function takeRows(at: i32): i32 {
  let from = RINGS_AT + gap + (at << 2);
  let known = 1;
  for (let to = SENT_AT; to < SENT_AT + 256; to += 32) {
    const left = v128.load(from);
    const right = v128.load(from, 16);
    v128.store(to, left);
    v128.store(to, right, 16);
    known &= i32(i32x4.all_true(left)) & i32(i32x4.all_true(right));
    from += width << 2;
  }
  return known;
}

/** Takes the entries of the block's places; 1 where all are known. */
export function takePlaces(): i32 {
  const map = RINGS_AT + gap;
  let known = 1;
  for (let j = 0; j < 256; j += 4) {
    const entry = load<i32>(map + (load<i32>(PLACES_AT + j) << 2));
    store<i32>(SENT_AT + j, entry);
    known &= i32(entry !== 0);
  }
  return known;
}

/** Puts what was coded where `takeRows` took it. */
export function keepRows(at: i32): void {
  let to = RINGS_AT + gap + (at << 2);
  for (let from = CODED_ENTRIES_AT; from < CODED_ENTRIES_AT + 256; from += 32) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    to += width << 2;
  }
}

/** Puts what was coded where `takePlaces` took it. */
export function keepPlaces(): void {
  const map = RINGS_AT + gap;
  for (let j = 0; j < 256; j += 4) store<i32>(map + (load<i32>(PLACES_AT + j) << 2), load<i32>(CODED_ENTRIES_AT + j));
}
