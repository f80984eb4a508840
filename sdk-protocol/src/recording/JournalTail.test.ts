import fc from 'fast-check';
import { expect, it } from 'vitest';
import { JournalTail } from './JournalTail.js';
import { JOURNAL_HEADER_BYTES, JOURNAL_PREFIX_BYTES, parseJournal, writeJournalHeader, writeJournalPrefix } from './journal.js';
import { NO_FRAME, RECORD_HEADER_BYTES, writeRecordHeader } from './record.js';

/** A journal of `epoch` with a record of each of these sizes. */
function journalOf(epoch: number, sizes: readonly number[]): Uint8Array {
  const overhead = JOURNAL_PREFIX_BYTES + RECORD_HEADER_BYTES;
  const bytes = new Uint8Array(JOURNAL_HEADER_BYTES + sizes.reduce((sum, size) => sum + overhead + size, 0));
  const view = new DataView(bytes.buffer);
  writeJournalHeader(bytes, epoch);
  let at = JOURNAL_HEADER_BYTES;
  for (const [sequence, size] of sizes.entries()) {
    bytes.fill(sequence + epoch, at + overhead, at + overhead + size);
    writeRecordHeader(view, at + JOURNAL_PREFIX_BYTES, 'pixels', sequence, 0, NO_FRAME, NO_FRAME, size);
    writeJournalPrefix(bytes, view, at, RECORD_HEADER_BYTES + size, epoch);
    at += overhead + size;
  }
  return bytes;
}

it('holds what the journal holds, however it was cut, emptied and begun anew between two looks', async () => {
  const look = fc.record({ restarts: fc.boolean(), share: fc.double({ min: 0, max: 1, noNaN: true }) });
  await fc.assert(
    fc.asyncProperty(fc.array(look, { minLength: 1, maxLength: 12 }), async (looks) => {
      let epoch = 3;
      let whole = journalOf(epoch, [40, 900, 5, 70, 3000, 60]);
      let bytes = new Uint8Array(0);
      const tail = new JournalTail({
        size: () => bytes.length,
        read: async (offset, length) => bytes.slice(offset, offset + length),
      });
      for (const { restarts, share } of looks) {
        if (restarts) whole = journalOf((epoch += 2), [40, 900, 5, 70, 3000, 60]);
        bytes = whole.slice(0, Math.max(restarts ? 0 : bytes.length, Math.round(share * whole.length)));
        const expected = parseJournal(bytes);
        const found = await tail.read();
        expect(found).toBe(expected && expected.records.length > 0 ? expected.epoch : null);
        expect(tail.records).toEqual(expected?.records ?? []);
      }
    }),
  );
});

it('reads each record once, and between two looks at an unchanged journal no more than its header', async () => {
  const whole = journalOf(1, [100_000, 10, 20, 30]);
  let length = whole.length - 2 * (JOURNAL_PREFIX_BYTES + RECORD_HEADER_BYTES) - 50;
  let read = 0;
  const tail = new JournalTail({
    size: () => length,
    read: async (offset, wanted) => {
      const bytes = whole.slice(offset, Math.min(length, offset + wanted));
      read += bytes.length;
      return bytes;
    },
  });
  await tail.read();
  expect(read).toBe(length);
  length = whole.length;
  for (let look = 0; look < 3; look++) await tail.read();
  expect(read).toBe(whole.length + 3 * JOURNAL_HEADER_BYTES);
  expect(tail.records.map((record) => record.bytes.length)).toEqual([100_000, 10, 20, 30]);
});
