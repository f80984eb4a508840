import { createSampleSet, type SampleRequest } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { RequestLedger } from './RequestLedger.js';

const request = (frameId: number): SampleRequest => ({ frameId, explicit: createSampleSet(1), seeded: [] });
const packet = Uint8Array.of(1, 2, 3);

describe('RequestLedger', () => {
  it('draws the samples of a request once, when they are needed', () => {
    let drawn = 0;
    const ledger = new RequestLedger(({ explicit }) => {
      drawn++;
      return explicit;
    });
    ledger.add(request(3), packet);
    expect(drawn).toBe(0);
    expect(ledger.resolve(3)).toBe(ledger.resolve(3));
    expect(drawn).toBe(1);
    expect(ledger.resolve(4)).toBeUndefined();
  });

  it('forgets what was answered and what is far too old, and keeps what a late client may still use', () => {
    const ledger = new RequestLedger(({ explicit }) => explicit);
    for (const id of [1, 2, 3, 4]) ledger.add(request(id), packet);
    ledger.release(2);
    expect(ledger.pendingIds).toEqual([1, 3, 4]);
    expect(ledger.resolve(2)).toBeUndefined();
    const second = Uint8Array.of(4);
    ledger.add(request(5), second);
    expect(ledger.pendingPackets).toEqual([packet, second]);
    ledger.add(request(1000), packet);
    ledger.release(1000);
    expect(ledger.pendingIds).toEqual([]);
  });

  it('refuses a frame that was asked for already, and holds no more than it should', () => {
    const ledger = new RequestLedger(({ explicit }) => explicit);
    ledger.add(request(1), packet);
    expect(() => ledger.add(request(1), packet)).toThrow(expect.objectContaining({ code: 'OUT_OF_ORDER' }));
    for (let id = 2; id < 2000; id++) ledger.add(request(id), packet);
    expect(ledger.pendingIds.length).toBe(512);
    expect(ledger.pendingIds[0]).toBe(1999 - 511);
  });
});
