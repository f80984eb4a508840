import { Worker } from 'node:worker_threads';
import { SgapsError } from '@sgaps/protocol';
import type { RecordingSplats } from './replaySplats.js';
import type { FromSplats, SplatsSetup } from './splatsMessages.js';

/** From its sources the thread needs what this process was started with; the published package is plain JavaScript. */
const FROM_SOURCES = import.meta.url.endsWith('.ts');
const PROGRAM = FROM_SOURCES ? new URL('./splats.worker.ts', import.meta.url) : new URL('./splats.worker.js', import.meta.url);
const EXEC_ARGV = FROM_SOURCES ? ['--conditions=sgaps-source', '--import', 'tsx'] : [];

/**
 * Builds splats of a finished recording in a thread of its own, which on Linux steps back behind all others.
 *
 * @throws SgapsError what `replaySplats` throws, and `CLOSED` once `signal` is aborted.
 *
 * @example
 * ```ts
 * const { cloud } = await splatsInWorker(path, { onProgress: (share) => tell(share), signal });
 * ```
 */
export async function splatsInWorker(
  path: string,
  { onProgress, signal }: { readonly onProgress: (share: number) => void; readonly signal: AbortSignal },
): Promise<RecordingSplats> {
  if (signal.aborted) throw new SgapsError('CLOSED', 'Building splats was aborted.');
  const worker = new Worker(PROGRAM, { workerData: { path } satisfies SplatsSetup, execArgv: EXEC_ARGV, name: 'sgaps-splats' });
  const end = () => void worker.terminate();
  signal.addEventListener('abort', end, { once: true });
  try {
    return await new Promise<RecordingSplats>((resolve, reject) => {
      worker.on('message', (message: FromSplats) => {
        if (message.kind === 'share') onProgress(message.share);
        else if (message.kind === 'built') resolve(message.splats);
        else reject(new SgapsError(message.code, message.message));
      });
      worker.once('error', reject);
      worker.once('exit', () => reject(new SgapsError('CLOSED', 'The thread that builds splats has ended.')));
    });
  } finally {
    signal.removeEventListener('abort', end);
    await worker.terminate();
  }
}
