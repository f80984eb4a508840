import { describe, expect, it } from 'vitest';
import { encodeRecordingHeader, type RecordingHeader, readRecordingHeader } from './RecordingHeader.js';
import { memorySource } from './types.js';

const header: RecordingHeader = {
  recordingId: 'a1',
  game: 'arena',
  grid: { width: 320, height: 180 },
  fps: 30,
  schema: { values: [] },
  tierBits: [8, 5, 3, 3],
  protocolVersion: 1,
  modelId: 'diffusion@1',
  engine: 'babylon',
  startedAt: 0,
  meta: {},
};
const read = async (bytes: Uint8Array) => (await readRecordingHeader(memorySource(bytes), bytes.length)).header;

describe('the depth flag of a recording header', () => {
  it('comes back, and costs nothing where there is none', async () => {
    expect(await read(encodeRecordingHeader({ ...header, depth: true }))).toEqual({ ...header, depth: true });
    const without = encodeRecordingHeader(header);
    expect(encodeRecordingHeader({ ...header, depth: false })).toEqual(without);
    expect(await read(without)).toEqual(header);
  });

  it('is refused where it is no flag', () => {
    const bad = { ...header, depth: 1 } as unknown as RecordingHeader;
    expect(() => encodeRecordingHeader(bad)).toThrow(expect.objectContaining({ code: 'BYTES_MALFORMED' }));
  });
});
