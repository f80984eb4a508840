import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { SgapsError } from '@sgaps/protocol';

/** ms before the second, third, fourth and fifth try (P15). */
const BACK_OFF: readonly number[] = [1_000, 2_000, 4_000, 8_000];

/**
 * Connects to a Unix socket, trying again with growing pauses.
 *
 * @param pauses ms between tries. @param failed Hears of each that failed.
 * @throws SgapsError `CLOSED` after the last try, or where `signal` aborts.
 */
export async function connectWithBackOff(
  path: string,
  {
    signal,
    pauses = BACK_OFF,
    failed,
  }: { signal: AbortSignal; pauses?: readonly number[]; failed?: (tries: number, reason: string) => void },
): Promise<Socket> {
  for (let tries = 1; ; tries++) {
    if (signal.aborted) throw new SgapsError('CLOSED', 'The renderer was closed.');
    try {
      return await connectOnce(path);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      failed?.(tries, reason);
      if (tries > pauses.length)
        throw new SgapsError(
          'CLOSED',
          `No transport listens on ${path} after ${tries} tries: start one with \`sgaps transport\`.`,
          { cause: error },
        );
      await wait(pauses[tries - 1], undefined, { signal }).catch(() => undefined);
    }
  }
}

function connectOnce(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}
