import { ArchiveDecoder, isArchiveState } from '@sgaps/core';
import { type FrameState, isSgapsError, type RecordingReader, type RecordingRecord } from '@sgaps/protocol';
import { framesOf, startAt } from './recordedFrames.js';

/** What the game said of a frame. */
export interface RecordedState {
  readonly frameId: number;
  /** ms of the recording. */
  readonly time: number;
  readonly state: FrameState;
}

/** Tells the states of a recording's frames record by record, of an archive as of any other, and without a picture. */
export interface RecordedStates {
  /** Records behind this one are to be taken. */
  readonly afterSequence: number;
  /** The frames that a record brings; none where it does not decode. */
  take(record: RecordingRecord): readonly RecordedState[];
}

/**
 * The states from the nearest snapshot before a time, ms, on.
 *
 * @example
 * ```ts
 * const states = await openStates(reader, 12_000);
 * for await (const record of reader.records(0, { afterSequence: states.afterSequence })) show(states.take(record));
 * ```
 */
export async function openStates(reader: RecordingReader, time: number): Promise<RecordedStates> {
  if (reader.header.archive) return openArchived(reader, time);
  const place = await startAt(reader, time);
  return {
    afterSequence: place.afterSequence,
    take: (record) => framesOf(place, record).map(({ frame, time: shownAt }) => ({ ...frame, time: shownAt })),
  };
}

async function openArchived(reader: RecordingReader, time: number): Promise<RecordedStates> {
  const decoder = new ArchiveDecoder(reader.header, { model: null });
  const snapshot = await reader.nearestSnapshot(time);
  const take = ({ bytes }: RecordingRecord): RecordedState[] => {
    try {
      return decoder.open(bytes).flatMap(({ state, ...frame }) => (state ? [{ ...frame, state }] : []));
    } catch (error) {
      // As a player passes over it.
      if (!isSgapsError(error) || error.code === 'VERSION_UNSUPPORTED') throw error;
      return [];
    }
  };
  return { afterSequence: snapshot && isArchiveState(snapshot.state) ? snapshot.sequence : -1, take };
}
