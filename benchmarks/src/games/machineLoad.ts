import { cpus } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';

/** Part of the machine that others may have before it counts as busy. */
const QUIET = 0.15;

/**
 * Whether others use this machine at the moment: looks at it for a while, during which we do nothing.
 *
 * @example
 * ```ts
 * const busy = await isBusy();
 * ```
 */
export async function isBusy(ms = 2000): Promise<boolean> {
  const before = times();
  await wait(ms);
  const after = times();
  const all = after.all - before.all;
  return all > 0 && 1 - (after.idle - before.idle) / all > QUIET;
}

function times(): { readonly idle: number; readonly all: number } {
  const each = cpus().map(({ times: { user, nice, sys, idle, irq } }) => ({ idle, all: user + nice + sys + idle + irq }));
  const sum = (name: 'idle' | 'all') => each.reduce((total, cpu) => total + cpu[name], 0);
  return { idle: sum('idle'), all: sum('all') };
}
