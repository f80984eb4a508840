import { Worker } from 'node:worker_threads';
import { SgapsError, type SgapsErrorCode } from '@sgaps/protocol';
import type { SplatCloud } from '../cloud/SplatCloud.js';

/** From its sources the thread needs what this process was started with; the published package is plain JavaScript. */
const FROM_SOURCES = import.meta.url.endsWith('.ts');
const PROGRAM = FROM_SOURCES ? new URL('./cloud.worker.ts', import.meta.url) : new URL('./cloud.worker.js', import.meta.url);
const EXEC_ARGV = FROM_SOURCES ? ['--conditions=sgaps-source', '--import', 'tsx'] : [];

/** A file to be read. */
export interface CloudFile {
  readonly path: string;
  /** By its ending it is told what it is. */
  readonly name: string;
  /** Names it to viewers, whom paths do not concern. */
  readonly what: string;
}

/** What the thread that reads it answers. */
export type FromCloud = { readonly cloud: SplatCloud } | { readonly failed: { readonly code: string; readonly message: string } };

/**
 * Splats of a file, read in a thread of its own: large ones take seconds, and nobody else in the process waits for them.
 *
 * @throws SgapsError what `readBounded` and `readSplats` throw, `CLOSED` where the thread ends without an answer.
 */
export async function readCloudFile(file: CloudFile): Promise<SplatCloud> {
  const worker = new Worker(PROGRAM, { execArgv: EXEC_ARGV, workerData: file, name: 'sgaps-cloud' });
  try {
    const answer = await new Promise<FromCloud>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', (cause) =>
        reject(new SgapsError('CLOSED', `The thread that read the ${file.what} failed.`, { cause })),
      );
      worker.once('exit', () => reject(new SgapsError('CLOSED', `The thread that read the ${file.what} has ended.`)));
    });
    if ('failed' in answer) throw new SgapsError(answer.failed.code as SgapsErrorCode, answer.failed.message);
    return answer.cloud;
  } finally {
    await worker.terminate();
  }
}
