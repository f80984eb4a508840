import { LIMITS } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { CoordinateStore, STORE } from './CoordinateStore.js';
import type { PackedSamples } from './Sampler.js';

function setOf(count: number, word: number): PackedSamples {
  // Longer than its count: arrays are reused.
  const words = new Uint32Array(count + 5).fill(0xdead);
  words.fill(word, 0, count);
  return { words, count };
}

/** What the buffer on the GPU would hold. */
class FakeBuffer {
  readonly words: Uint32Array;
  calls = 0;
  constructor(size: number) {
    this.words = new Uint32Array(size);
  }
  readonly put = (at: number, words: Uint32Array): void => {
    this.calls++;
    this.words.set(words, at);
  };
}

describe('CoordinateStore', () => {
  it('keeps every held set in one run of the buffer, whatever came before', () => {
    const store = new CoordinateStore(100, 1, 100);
    const buffer = new FakeBuffer(100);
    const loaded: { set: PackedSamples; one: ReturnType<CoordinateStore['load']>[number] }[] = [];
    for (let round = 1; round < 60; round++) {
      const sets = [setOf((round * 7) % 23, round), setOf((round * 5) % 17, round + 500)];
      store.load(sets).forEach((one, i) => loaded.push({ set: sets[i], one }));
      store.upload(buffer.put);
      for (const { set, one } of loaded.filter((candidate) => store.holds(candidate.one))) {
        const first = store.placeOf(one);
        expect(one.count).toBe(set.count);
        expect(first + one.count).toBeLessThanOrEqual(100);
        for (let i = 0; i < one.count; i++) expect(buffer.words[first + i]).toBe(set.words[0]);
        for (let i = 0; i < one.count; i++) expect(store.words[first + i]).toBe(set.words[0]);
      }
    }
    expect(loaded.filter(({ one }) => store.holds(one)).length).toBeLessThan(loaded.length);
    expect(buffer.calls).toBeLessThanOrEqual(2 * 59);
  });

  it('holds the largest requests of more frames than are ever asked for ahead', () => {
    const store = new CoordinateStore(STORE);
    store.load([setOf(3, 1)]);
    expect(store.capacity).toBe(STORE);
    const set = { words: new Uint32Array(LIMITS.samplesPerFrame - 9), count: LIMITS.samplesPerFrame - 9 };
    const loaded = Array.from({ length: 100 }, () => store.load([set])[0]);
    expect(loaded.filter((one) => store.holds(one)).length).toBeGreaterThanOrEqual(2 * LIMITS.framesPerPacket - 1);
  });

  it('fills a new buffer again', () => {
    const store = new CoordinateStore(100, 1, 100);
    const [one] = store.load([setOf(30, 7)]);
    store.upload(new FakeBuffer(100).put);
    const fresh = new FakeBuffer(100);
    store.upload(fresh.put);
    expect(fresh.calls).toBe(0);
    store.forget();
    store.upload(fresh.put);
    expect(fresh.words[store.placeOf(one)]).toBe(7);
  });

  it('grows with its sets, and what it held stays where it says', () => {
    const store = new CoordinateStore(128, 64, 4096);
    const buffer = new FakeBuffer(4096);
    const loaded: { word: number; one: ReturnType<CoordinateStore['load']>[number] }[] = [];
    let capacity = 0;
    for (let word = 1; word < 90; word++) {
      loaded.push({ word, one: store.load([setOf(word < 40 ? 3 : 100, word)])[0] });
      if (capacity !== store.capacity) store.forget();
      capacity = store.capacity;
      store.upload(buffer.put);
      const held = loaded.filter(({ one }) => store.holds(one));
      expect(held.length).toBeGreaterThanOrEqual(Math.min(word, 2));
      for (const { word: mine, one } of held) {
        expect(store.placeOf(one) % 64).toBe(0);
        const first = store.placeOf(one);
        expect(buffer.words.subarray(first, first + one.count).every((value) => value === mine)).toBe(true);
      }
    }
    expect(store.capacity).toBe(4096);
  });
});
