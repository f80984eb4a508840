import { crc32c } from '@sgaps/protocol';
import { zstdCompressor } from '@sgaps/server';
import { readAge } from '../../../../sdk-server/src/archive/age.js';
import { readExportRequest } from '../../../../sdk-server/src/export/exportRequest.js';
import { readAddress } from '../../../../sdk-server/src/inference/shared/address.js';
import { readInferenceChoice } from '../../../../sdk-server/src/inference/shared/openInference.js';
import {
  MessageKind,
  MessageReader,
  messageHead,
  readRunHead,
  runHead,
} from '../../../../sdk-server/src/inference/shared/wire.js';
import {
  decodeSeekHead,
  decodeSeekIndex,
  encodeSeekHead,
  encodeSeekIndex,
  HEAD_BYTES,
} from '../../../../sdk-server/src/playback/seekIndex.js';
import { bytesTarget, type FuzzTarget, textTarget, valueTarget } from '../FuzzTarget.js';
import { httpTarget } from './httpTarget.js';

const PLACE = { time: 10, frameId: 1, sequence: 3, bytes: 40 };
const INDEX = {
  ...{ identity: 'fuzz-1 diffusion@1', spacing: 1000 },
  entries: [0, 1, 2].map((i) => ({
    place: { ...PLACE, time: 1000 * i },
    at: HEAD_BYTES + 40 * i,
    length: 40,
    crc: 7,
    packed: i === 1,
  })),
  points: { times: [0, 100], values: [[1, 2]] },
};
const EXPORTS = [
  { format: 'mp4', from: 1, to: 2.5, fps: 30, scale: 2, overlays: ['samples', 'tiers'] },
  { format: 'png', from: 1, to: 1 },
  { format: 'jsonl' },
];

/** What `@sgaps/server` reads of its own files and of its clients. */
export const serverTargets: readonly FuzzTarget[] = [
  bytesTarget('seek file', ['decodeSeekHead', 'decodeSeekIndex'], [seekFile()], readSeekFile, { repair: repairSeekFile }),
  bytesTarget('packed bytes', ['zstdCompressor'], packed, (bytes) => zstdCompressor.decompress(bytes, 1 << 20), { share: 0.5 }),
  valueTarget('export request', ['readExportRequest'], EXPORTS, readExportRequest),
  textTarget('age', ['readAge'], ['7d', '12h'], readAge),
  textTarget(
    'address of an inference service',
    ['readAddress', 'readInferenceChoice'],
    ['tcp:[::1]:80', 'unix:/run/x'],
    (text) => {
      // Without the quotes of JSON.
      const plain = text.replace(/^"|"$/g, '');
      readInferenceChoice(plain);
      return readAddress(plain);
    },
  ),
  bytesTarget('inference messages', ['MessageReader', 'readRunHead'], inferenceMessages, readInference),
  httpTarget,
];

async function packed(): Promise<Uint8Array[]> {
  const texts = [new Uint8Array(1 << 20), new Uint8Array(64 << 20), new Uint8Array(900).fill(7)];
  return Promise.all(texts.map((bytes) => zstdCompressor.compress(bytes)));
}

function seekFile(): Uint8Array {
  const index = encodeSeekIndex(INDEX);
  const end = HEAD_BYTES + 120;
  return Uint8Array.from([...encodeSeekHead(index, end), ...new Uint8Array(120), ...index]);
}

function readSeekFile(bytes: Uint8Array): unknown {
  const { at, length } = decodeSeekHead(bytes.subarray(0, HEAD_BYTES), bytes.length);
  return decodeSeekIndex(bytes.subarray(at, at + length), at);
}

/** The head says where the index is, whatever its length is by now. */
function repairSeekFile(bytes: Uint8Array): void {
  if (bytes.length < HEAD_BYTES + 120) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setFloat64(12, HEAD_BYTES + 120, true);
  view.setUint32(20, bytes.length - HEAD_BYTES - 120, true);
  view.setUint32(28, crc32c(bytes, 0, 0, 28), true);
}

function inferenceMessages(): Uint8Array[] {
  const grid = { width: 16, height: 16 };
  const run = runHead({ frame: 3, session: 1, grid, lateAfterMs: 50 });
  const nothing = messageHead(MessageKind.nothing, 0, (head) => head.setUint32(0, 3, true));
  const planes = new Uint8Array(new DataView(run.buffer).getUint32(0, true) + 4 - run.length);
  return [Buffer.concat([run, planes, nothing]), Buffer.concat([nothing, nothing, run])];
}

/** As a socket would bring them, to one who takes all bodies. */
function readInference(bytes: Uint8Array): number {
  let taken = 0;
  const reader = new MessageReader({
    begin: (kind, head, bodyBytes) => {
      if (kind === MessageKind.run) readRunHead(head, bodyBytes);
      return new Uint8Array(bodyBytes);
    },
    end: () => {
      taken++;
    },
  });
  for (let at = 0; at < bytes.length; at += 97) reader.push(bytes.subarray(at, at + 97));
  return taken;
}
