import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SgapsError } from '@sgaps/protocol';
import { QualityMeter } from '../metrics/QualityMeter.js';
import { TO_RGB, transcode } from '../peers/transcode.js';
import type { VideoInfo } from '../video/probeVideo.js';
import { readFrames } from '../video/readFrames.js';
import { ARCHIVE_PEERS, type ArchivePeer } from './archivePeers.js';
import { between, searchCrf } from './searchCrf.js';

/**
 * Quality of an encoder at a number of bytes.
 *
 * @example
 * ```ts
 * const { psnr, bytes }: ArchivePeerFigures = found;
 * ```
 */
export interface ArchivePeerFigures {
  readonly id: string;
  readonly label: string;
  readonly psnr: number;
  readonly ssim: number;
  /** Of all frames. Those asked for, but where no CRF makes as many or as few. */
  readonly bytes: number;
  /** Between the CRFs next to it on either side. */
  readonly crf: number;
}

/**
 * Measures video encoders on one clip, frame by frame by their order. What was encoded once is kept until it is closed.
 *
 * @example
 * ```ts
 * using bench = new PeerBench('clip.mkv', info, 300);
 * const figures = await bench.measureAt(500_000);
 * ```
 */
export class PeerBench {
  private readonly folder = mkdtempSync(join(tmpdir(), 'sgaps-archive-'));
  private readonly sizes = new Map<string, Promise<number>>();
  private readonly qualities = new Map<string, Promise<{ psnr: number; ssim: number }>>();

  constructor(
    private readonly input: string,
    private readonly info: VideoInfo,
    /** Of the clip, from its start. */
    private readonly frames: number,
    private readonly ssim = true,
  ) {}

  /** All encoders at `bytes` for all frames: between two CRFs, on the line between them over the logarithm of bytes. */
  async measureAt(bytes: number, peers: readonly ArchivePeer[] = ARCHIVE_PEERS): Promise<ArchivePeerFigures[]> {
    const measured: ArchivePeerFigures[] = [];
    for (const peer of peers) measured.push(await this.measurePeer(peer, bytes));
    return measured;
  }

  /** One encoder at one CRF. */
  async measureCrf(peer: ArchivePeer, crf: number): Promise<{ psnr: number; ssim: number; bytes: number }> {
    const bytes = await this.encode(peer, crf);
    const key = keyOf(peer, crf);
    const quality = this.qualities.get(key) ?? this.compare(peer, crf);
    this.qualities.set(key, quality);
    return { ...(await quality), bytes };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async measurePeer(peer: ArchivePeer, target: number): Promise<ArchivePeerFigures> {
    const { id, label, most } = peer;
    const { fine, coarse } = await searchCrf({ target, most, trial: (crf) => this.encode(peer, crf) });
    if (fine === undefined || coarse === undefined) {
      const crf = fine ?? coarse ?? most;
      return { id, label, crf, ...(await this.measureCrf(peer, crf)) };
    }
    const a = await this.measureCrf(peer, fine);
    const b = await this.measureCrf(peer, coarse);
    const share = between(target, a.bytes, b.bytes);
    const mix = (first: number, second: number) => first + share * (second - first);
    return { id, label, psnr: mix(a.psnr, b.psnr), ssim: mix(a.ssim, b.ssim), bytes: target, crf: mix(fine, coarse) };
  }

  private encode(peer: ArchivePeer, crf: number): Promise<number> {
    const key = keyOf(peer, crf);
    const bytes = this.sizes.get(key) ?? transcode(this.input, this.info, peer.coding(crf), this.fileOf(peer, crf), this.frames);
    this.sizes.set(key, bytes);
    return bytes;
  }

  private async compare(peer: ArchivePeer, crf: number): Promise<{ psnr: number; ssim: number }> {
    const meter = new QualityMeter({ ...this.info, ssim: this.ssim, held: false });
    const decoded = readFrames(this.fileOf(peer, crf), this.info, { filter: TO_RGB.smooth });
    try {
      for await (const truth of readFrames(this.input, this.info, { frames: this.frames })) {
        const { value, done } = await decoded.next();
        if (done) throw SgapsError.truncated(`what ${peer.label} made of ${this.input}`);
        meter.add(truth, value);
      }
      if (!(await decoded.next()).done)
        throw SgapsError.malformed(`what ${peer.label} made of ${this.input}: more frames than it got`);
    } finally {
      await decoded.return(undefined);
    }
    return meter.rebuilt();
  }

  private fileOf(peer: ArchivePeer, crf: number): string {
    return join(this.folder, `${keyOf(peer, crf)}.${peer.coding(crf).form}`);
  }
}

const keyOf = ({ id }: ArchivePeer, crf: number) => `${id}-${crf}`;
