import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { databaseOption } from './commandLine.js';
import { type AuditEntry, Catalog } from './storage/index.js';

/** Where the catalog is, and how to print. */
export interface CatalogFlags {
  readonly data: string;
  readonly database?: string;
  readonly json?: boolean;
}

/** Adds what says where the catalog is, and how to print. */
export function addCatalogOptions(command: Command): Command {
  return command
    .option('-d, --data <folder>', 'folder of recordings and catalog', './.sgaps-data')
    .addOption(databaseOption())
    .option('--json', 'print JSON');
}

/** Opens the catalog for a piece of work. */
export async function withCatalog<T>({ data, database }: CatalogFlags, work: (catalog: Catalog) => Promise<T>): Promise<T> {
  const catalog = await Catalog.open(data, { url: database });
  try {
    return await work(catalog);
  } finally {
    await catalog.close();
  }
}

/** Notes in the audit log what was done by hand. */
export function noteByHand(catalog: Catalog, action: string, target: string, detail: AuditEntry['detail'] = {}): Promise<void> {
  const entry = { actor: `command line ${userName()}`, action, target, detail, address: '', requestId: '' };
  return catalog.audit.add({ at: Date.now(), ...entry });
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container's user need not have a name.
    return String(process.getuid?.() ?? '');
  }
}
