import type { RecordingStore } from '@sgaps/server';
import { SceneRecording, sceneHeader } from '../recording/SceneRecording.js';

const FPS = 30;

/**
 * Kinds of recordings: `kept` is what a server records by default, `points` the paper's case, which memory draws.
 *
 * @example
 * ```ts
 * const kind: RecordingKind = 'kept';
 * ```
 */
export type RecordingKind = 'kept' | 'points';

/**
 * Records the synthetic scene through the real encoder, loop and writer, as fast as they go, unless the store has it already. Resolves to its id.
 *
 * @example
 * ```ts
 * const id = await makeRecording(store, 'kept', 30);
 * ```
 */
export async function makeRecording(store: RecordingStore, kind: RecordingKind, minutes: number): Promise<string> {
  const recordingId = `${kind}-${String(minutes).replace('.', '_')}`;
  if ((await store.catalog.get(recordingId))?.status === 'finished') return recordingId;
  await store.delete(recordingId);
  const header = { ...sceneHeader(recordingId), schema: { values: [{ name: 'wave', type: 'float' as const }] } };
  const writer = await store.create(header);
  const sampling = kind === 'points' ? 'points' : 'auto';
  const values = (frameId: number) => [Math.sin(frameId / 200)];
  const recording = new SceneRecording(writer, { sampling, schema: header.schema, values });
  while (recording.frames < 60 * minutes * FPS) {
    recording.packet();
    // Lets what is recorded be sealed.
    await new Promise((resolve) => setImmediate(resolve));
  }
  await writer.close();
  return recordingId;
}
