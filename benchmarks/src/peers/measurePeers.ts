import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { probeVideo } from '../video/probeVideo.js';
import { PEERS, type Peer } from './encoders.js';
import { measurePeer, type PeerFigures, type PeerOptions } from './measurePeer.js';

/**
 * Measures encoders (default: every one) on a clip, one after the other; their files lie in a folder of their own and are deleted. Throws `NOT_FOUND` for a missing
 * clip, `UNSUPPORTED` where there is no ffmpeg.
 *
 * @example
 * ```ts
 * const peers = await measurePeers({ input: 'clip.mkv', bytes: 2560 });
 * ```
 */
export async function measurePeers(
  options: Pick<PeerOptions, 'input' | 'bytes' | 'frames' | 'ssim'>,
  peers: readonly Peer[] = PEERS,
): Promise<PeerFigures[]> {
  const info = await probeVideo(options.input);
  const folder = mkdtempSync(join(tmpdir(), 'sgaps-peers-'));
  const measured: PeerFigures[] = [];
  try {
    for (const peer of peers) measured.push(await measurePeer(peer, { ...options, info, folder }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return measured;
}
