import type { FuzzTarget } from '../FuzzTarget.js';
import { coreTargets } from './coreTargets.js';
import { linkTargets } from './linkTargets.js';
import { protocolTargets } from './protocolTargets.js';
import { recordingTargets } from './recordingTargets.js';
import { serverTargets } from './serverTargets.js';
import { splatTargets } from './splatTargets.js';

/**
 * Every decoder under test.
 *
 * @example
 * ```ts
 * const names = listTargets().map(({ name }) => name);
 * ```
 */
export function listTargets(): readonly FuzzTarget[] {
  return [...protocolTargets, ...recordingTargets, ...coreTargets, ...linkTargets, ...serverTargets, ...splatTargets];
}
