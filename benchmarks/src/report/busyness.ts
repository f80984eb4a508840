import { cpus } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';

/** Time of all cores: busy, and in all. */
function times(): { readonly busy: number; readonly all: number } {
  let [busy, all] = [0, 0];
  for (const { times: of } of cpus()) {
    const used = of.user + of.nice + of.sys + of.irq;
    busy += used;
    all += used + of.idle;
  }
  return { busy, all };
}

/**
 * How busy the machine is with whatever else runs on it, 0 … 1 of all its cores, looked at for so long while this process does nothing.
 *
 * @example
 * ```ts
 * const before = await busyness(1000);
 * ```
 */
export async function busyness(ms: number): Promise<number> {
  const before = times();
  await wait(ms);
  const after = times();
  return Math.min(1, Math.max(0, (after.busy - before.busy) / Math.max(1, after.all - before.all)));
}
