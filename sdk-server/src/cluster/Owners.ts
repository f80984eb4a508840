import type { RecordingOwners } from '../storage/index.js';
import type { Members } from './Members.js';
import type { ProcessFolder } from './ProcessFolder.js';

/** ms that a dead process whose data folder is elsewhere is left to those who have it. */
const OTHERS_FIRST_MS = 30_000;

/**
 * Which processes live, and which are dead. One is dead only if nobody knows better: the kernel by the lock that it held in this data folder, nor Redis by its last
 * sign of life, where there is a cluster.
 *
 * @example
 * ```ts
 * const owners = new Owners(processes, members);
 * for (const id of await owners.dead()) await store.recoverOwned(id);
 * ```
 */
export class Owners implements RecordingOwners {
  constructor(
    private readonly processes: ProcessFolder,
    private readonly members: () => Members | null,
    /** The catalog names processes of other machines too. */
    private readonly shared = false,
  ) {}

  get id(): string {
    return this.processes.id;
  }

  async isAlive(owner: string): Promise<boolean> {
    if (await this.processes.isHeld(owner)) return true;
    const members = this.members();
    if (members) return !members.isDead(owner);
    // Without Redis nobody knows of other machines: what is theirs is left to them.
    return this.shared && !this.processes.isKnown(owner);
  }

  /** Others that left something: into this data folder, or into one that nobody else looks after. */
  async dead(): Promise<string[]> {
    const members = this.members();
    const here = await this.processes.others();
    const far = (members?.dead ?? []).filter((id) => {
      if (here.includes(id)) return false;
      return members?.identity(id)?.folder === this.processes.folderId || (members?.silence(id) ?? 0) > OTHERS_FIRST_MS;
    });
    const dead: string[] = [];
    for (const id of [...here, ...far]) if (!(await this.isAlive(id))) dead.push(id);
    return dead;
  }

  /** Whether other processes use this data folder. */
  async hasCompany(): Promise<boolean> {
    for (const id of await this.processes.others()) if (await this.isAlive(id)) return true;
    return false;
  }
}
