import { randomUUID } from 'node:crypto';
import {
  DEFAULT_TIER_BITS,
  isRecordingId,
  PROTOCOL_VERSION,
  type RecordingHeader,
  type RecordJoinOptions,
  SgapsError,
  type TierBits,
} from '@sgaps/protocol';

/**
 * The header of the recording a join opens, with an id of its own. `meta.continues` names the recording that a server's restart
 * cut off. Throws `ARGUMENT_INVALID` where that is no id.
 *
 * @example
 * ```ts
 * const writer = await store.create(headerFor(joinOptions, settings.tierBits));
 * ```
 */
export function headerFor(join: RecordJoinOptions, tierBits?: TierBits): RecordingHeader {
  const { game, engine, grid, fps, schema, meta, depth, keptMs = 0 } = join;
  if (meta.continues !== undefined && !isRecordingId(meta.continues)) {
    throw new SgapsError('ARGUMENT_INVALID', 'meta.continues must be the id of an earlier recording.');
  }
  return {
    recordingId: randomUUID(),
    game,
    engine,
    grid,
    fps,
    schema,
    meta,
    tierBits: tierBits ?? join.tierBits ?? DEFAULT_TIER_BITS,
    protocolVersion: PROTOCOL_VERSION,
    modelId: 'diffusion@1',
    startedAt: Date.now() - Math.round(keptMs),
    ...(depth ? { depth } : {}),
  };
}
