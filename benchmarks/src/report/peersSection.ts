import { countAbove, PEER_HEAD, type PeeredClip, peerRows } from '../peers/peerTable.js';
import { markdownTable } from './markdownTable.js';

/**
 * What `bench:peers --clips DIR --json` prints.
 *
 * @example
 * ```ts
 * const { bytes, clips } = lastJson<PeersFigures>(output);
 * ```
 */
export interface PeersFigures {
  /** Bytes per frame of the encoders. */
  readonly bytes: number;
  readonly clips: readonly PeeredClip[];
}

/**
 * The chapter on realtime video at the same bytes, from runs of `bench:peers`.
 *
 * @example
 * ```ts
 * const lines = peersSection([lastJson<PeersFigures>(output)]);
 * ```
 */
export function peersSection(runs: readonly PeersFigures[]): string[] {
  const clips = runs.flatMap((run) => run.clips);
  if (clips.length === 0) return [];
  const { above, aboveSmooth, of } = countAbove(clips);
  return [
    '## Beside realtime video',
    '',
    `\`npm run bench:peers\`: x264 (ultrafast, zerolatency) and libvpx VP8 and VP9 (realtime, cpu-used 8) at ${runs[0].bytes} bytes per frame, what SGAPS may spend up and down together; one key frame, no`,
    'lookahead, one thread, constant rate with a buffer of one second. The rate is searched until the bytes made are within 3 %; an encoder at its best quality makes fewer, and so may SGAPS.',
    'Bytes are the codec’s alone, those of packets and sockets are not added. Steady PSNR over RGB, dB.',
    '',
    '- **h264, vp8, vp9**: 4:2:0, as browsers encode, and back to RGB as ffmpeg does it unless told otherwise, chroma repeated. **Smooth**: chroma interpolated on its way back, which',
    '  gets the most out of the same bytes. **h264-444, vp9-444**: colour at full resolution, which recorders in browsers do not produce by themselves.',
    '- **margin**: SGAPS less the better of H.264 and VP8 in 4:2:0.',
    '',
    `Above the better of the two on ${above} of ${of} clips, and on ${aboveSmooth} of ${of} where chroma is interpolated.`,
    '',
    markdownTable(PEER_HEAD, peerRows(clips)),
    '',
  ];
}
