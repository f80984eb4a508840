import { Command } from 'commander';
import { addCatalogOptions, withCatalog } from '../catalogCommand.js';
import { wholeNumber } from '../commandLine.js';
import { orFail } from '../program/fail.js';
import type { AuditRow } from '../storage/catalog/index.js';

interface AuditFlags {
  readonly data: string;
  readonly database?: string;
  readonly json?: boolean;
  readonly limit: number;
  readonly before?: number;
  readonly action?: string;
  readonly actor?: string;
}

/**
 * `sgaps audit`: what was done, by whom and from where, the newest first.
 *
 * @example
 * ```ts
 * program.addCommand(auditCommand());
 * ```
 */
export function auditCommand(): Command {
  return addCatalogOptions(new Command('audit'))
    .description('tell who logged in, was refused, made tokens and keys, took or deleted recordings: the newest first')
    .option('--limit <number>', 'entries at most', wholeNumber(1, 500), 50)
    .option('--before <id>', 'only entries before this one', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .option('--action <name>', 'only these, as recording.delete')
    .option('--actor <name>', 'only those of this one')
    .action(orFail(audit));
}

async function audit(flags: AuditFlags): Promise<void> {
  const { limit, before, action, actor } = flags;
  const rows = await withCatalog(flags, (catalog) => catalog.audit.list({ limit, before, action, actor }));
  // One object a line: it may be long, and goes into other programs.
  process.stdout.write(rows.map((row) => `${flags.json ? JSON.stringify(row) : line(row)}\n`).join(''));
}

function line({ id, at, actor, action, target, detail, address }: AuditRow): string {
  const details = Object.entries(detail).map(([name, value]) => `${name}=${value}`);
  return [id, new Date(at).toISOString(), action.padEnd(18), target, `by ${actor}`, address && `from ${address}`, ...details]
    .filter((part) => part !== '')
    .join('  ');
}
