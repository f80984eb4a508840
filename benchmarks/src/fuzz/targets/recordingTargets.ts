import { zstdCompressSync } from 'node:zlib';
import { openReplaySource } from '@sgaps/core';
import {
  crc32c,
  encodeFooter,
  encodeRecordingHeader,
  encodeSnapshot,
  groupEntries,
  JOURNAL_HEADER_BYTES,
  JOURNAL_PREFIX_BYTES,
  memorySource,
  NO_FRAME,
  parseJournal,
  planRecovery,
  RECORD_HEADER_BYTES,
  RecordingReader,
  type RecordingRecord,
  readRecordingHeader,
  sealEpoch,
  writeJournalHeader,
  writeJournalPrefix,
  writeRecordHeader,
} from '@sgaps/protocol';
import { nodeMachine, zstdCompressor } from '@sgaps/server';
import { readMarkers } from '../../../../pipeline/src/replay/readMarkers.js';
import { bytesTarget, type FuzzTarget } from '../FuzzTarget.js';
import { replicaStates } from './coreTargets.js';
import { FRAMES, GRID, SCHEMA, SHAPE, sampleSession } from './samples.js';

const HEADER = {
  ...{ recordingId: 'fuzz-1', game: 'coins', grid: GRID, fps: 30, schema: SCHEMA, tierBits: SHAPE.tierBits },
  ...{ protocolVersion: 1, modelId: 'diffusion@1', engine: 'phaser', startedAt: 1_700_000_000_000, meta: { level: '2' } },
};
const CHUNK_HEADER_BYTES = 72;
const MAGIC = 0x4b434753;

/** Recordings, journals and what reads them: bytes that somebody may have put into the data folder, or handed to a player. */
export const recordingTargets: readonly FuzzTarget[] = [
  bytesTarget(
    'recording header',
    ['readRecordingHeader', 'unpackBounded'],
    [encodeRecordingHeader(HEADER)],
    (bytes) => readRecordingHeader(memorySource(bytes), bytes.length),
    {
      repair: repairHeader,
    },
  ),
  bytesTarget(
    'recording',
    [
      'RecordingReader',
      'readFooter',
      'readChunkHeader',
      'readChunkBody',
      'readRecord',
      'decodeSnapshot',
      'zstdCompressor',
      'readMarkers',
    ],
    recordings,
    readAll,
    {
      repair: repairRecording,
      share: 0.3,
      bytes: 96 * 1024 * 1024,
    },
  ),
  bytesTarget('recording, played', ['openReplaySource', 'SessionDecoder'], recordings, play, {
    repair: repairRecording,
    share: 0.06,
    ms: 2000,
    bytes: 160 * 1024 * 1024,
  }),
  bytesTarget('journal', ['parseJournal', 'readJournalEpoch', 'parseJournalRecords'], () => [journal(records())], parseJournal, {
    repair: repairJournal,
  }),
  bytesTarget(
    'recovery of a recording',
    ['planRecovery', 'readJournal', 'JournalTail'],
    () => [journal(records())],
    async (bytes) => {
      const file = encodeRecordingHeader(HEADER);
      const plan = await planRecovery(memorySource(file), [memorySource(bytes)], zstdCompressor);
      const reader = await RecordingReader.open(memorySource(file), {
        compressor: zstdCompressor,
        journals: [memorySource(bytes)],
      });
      return [plan.sealed, reader.index];
    },
    { repair: repairJournal, share: 0.2 },
  ),
];

function records(): RecordingRecord[] {
  const { coordinates, pixels } = sampleSession();
  const list: RecordingRecord[] = [];
  const add = (kind: RecordingRecord['kind'], bytes: Uint8Array, first: number | null, last = first) =>
    list.push({ kind, time: 33 * list.length, sequence: list.length, firstFrame: first, lastFrame: last, bytes });
  coordinates.forEach((packet, i) => {
    add('coordinates', packet, i);
    if (i % 2 === 1) add('pixels', pixels[(i - 1) / 2], i - 1, i);
  });
  add('event', new TextEncoder().encode('{"name":"level-up","data":{"level":2}}'), null);
  add('snapshot', encodeSnapshot(replicaStates().at(-1) as Uint8Array, new Uint8Array(40)), FRAMES - 1);
  return list;
}

/** With a footer, without one, cut off, and with chunks that claim to unpack to what they do not. */
async function recordings(): Promise<Uint8Array[]> {
  const list = records();
  const header = encodeRecordingHeader(HEADER);
  const groups = [await sealEpoch(0, list.slice(0, 5), zstdCompressor), await sealEpoch(1, list.slice(5), zstdCompressor)];
  const chunks = [];
  let end = header.length;
  for (const group of groups) {
    chunks.push(...groupEntries(group, end));
    end += group.length;
  }
  const events = list.filter(({ kind }) => kind === 'event').map(({ time, sequence }) => ({ time, sequence }));
  const footer = (await encodeFooter({ chunks, events }, end, zstdCompressor)) ?? new Uint8Array(0);
  const open = Uint8Array.from([...header, ...groups.flatMap((group) => [...group])]);
  const bombs = [1024, 16 * 1024 * 1024].map((claimed) => Uint8Array.from([...open, ...bomb(groups[0], claimed)]));
  return [Uint8Array.from([...open, ...footer]), open, ...bombs];
}

/** A chunk of 16 MiB of zeros in some hundred bytes, that says it has `claimed`. */
function bomb(group: Uint8Array, claimed: number): Uint8Array {
  const packed = zstdCompressSync(new Uint8Array(16 * 1024 * 1024));
  const chunk = Uint8Array.from([...group.subarray(0, CHUNK_HEADER_BYTES), ...packed]);
  const view = new DataView(chunk.buffer);
  view.setUint8(5, 3);
  view.setUint32(8, 2, true);
  view.setUint32(12, packed.length, true);
  view.setUint32(16, claimed, true);
  repairChunk(chunk, 0);
  return chunk;
}

async function readAll(bytes: Uint8Array): Promise<unknown> {
  const reader = await RecordingReader.open(memorySource(bytes), { compressor: zstdCompressor });
  let count = 0;
  const all = ['coordinates', 'pixels', 'event', 'snapshot', 'audio', 'pictures'] as const;
  for await (const _ of reader.records(0, { kinds: all })) count++;
  for await (const _ of readMarkers(reader, -1)) count++;
  await reader.nearestSnapshot(1e9);
  return [count, reader.index];
}

/** From the last snapshot on, and from the start. */
async function play(bytes: Uint8Array): Promise<number> {
  const reader = await RecordingReader.open(memorySource(bytes), { compressor: zstdCompressor });
  const source = openReplaySource(reader, { machine: nodeMachine });
  let count = 0;
  try {
    await source.restart(await reader.nearestSnapshot(1e9));
    for (let pass = 0; pass < 2; pass++) {
      while (count < 20 * (pass + 1) && (await source.fill())) {
        await source.decode();
        count++;
      }
      await source.restart(null);
    }
  } finally {
    await source.close();
  }
  return count;
}

function journal(list: readonly RecordingRecord[]): Uint8Array {
  const parts = [new Uint8Array(JOURNAL_HEADER_BYTES)];
  writeJournalHeader(parts[0], 0);
  for (const { kind, sequence, time, firstFrame, lastFrame, bytes } of list) {
    const length = RECORD_HEADER_BYTES + bytes.length;
    const part = new Uint8Array(JOURNAL_PREFIX_BYTES + length);
    const view = new DataView(part.buffer);
    writeRecordHeader(
      view,
      JOURNAL_PREFIX_BYTES,
      kind,
      sequence,
      time,
      firstFrame ?? NO_FRAME,
      lastFrame ?? NO_FRAME,
      bytes.length,
    );
    part.set(bytes, JOURNAL_PREFIX_BYTES + RECORD_HEADER_BYTES);
    writeJournalPrefix(part, view, 0, length, 0);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function repairHeader(bytes: Uint8Array): void {
  if (bytes.length < 16) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Math.min(view.getUint32(8, true), bytes.length - 16);
  view.setUint32(12, crc32c(bytes, 0, 16, 16 + length), true);
}

/** Header, and every chunk that still begins as one. */
function repairRecording(bytes: Uint8Array): void {
  repairHeader(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 16; at + CHUNK_HEADER_BYTES <= bytes.length; at++) if (view.getUint32(at, true) === MAGIC) repairChunk(bytes, at);
  const trailer = bytes.length - 24;
  if (trailer > 0) view.setUint32(trailer + 12, crc32c(bytes, 0, trailer, trailer + 12), true);
}

function repairChunk(bytes: Uint8Array, at: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const body = at + CHUNK_HEADER_BYTES;
  const end = body + view.getUint32(at + 12, true);
  if (end <= bytes.length) view.setUint32(at + 20, crc32c(bytes, 0, body, end), true);
  view.setUint32(at + 68, crc32c(bytes, 0, at, at + 68), true);
}

function repairJournal(bytes: Uint8Array): void {
  if (bytes.length < JOURNAL_HEADER_BYTES) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const epoch = view.getUint32(8, true);
  view.setUint32(12, crc32c(bytes, 0, 0, 12), true);
  for (let at = JOURNAL_HEADER_BYTES; at + JOURNAL_PREFIX_BYTES <= bytes.length; ) {
    const start = at + JOURNAL_PREFIX_BYTES;
    const end = start + view.getUint32(at, true);
    if (end > bytes.length) break;
    view.setUint32(at + 4, crc32c(bytes, epoch, start, end), true);
    at = end;
  }
}
