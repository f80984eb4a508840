import { SgapsError } from '@sgaps/protocol';

/**
 * The result of `work`, waited for at most `ms`: then it rejects with `STORAGE_FAILED` and the work goes on unheard. A disk
 * that hangs keeps its calls for ever; whoever waits for it must not.
 *
 * @example
 * ```ts
 * await within(10_000, 'closing recording a1', writer.close());
 * ```
 */
export async function within<T>(ms: number, doing: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new SgapsError('STORAGE_FAILED', `The disk did not answer within ${ms} ms while ${doing}.`)),
      ms,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
