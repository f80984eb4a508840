import type { AccessTables } from './Access.js';
import type { AuditEntry } from './AuditLog.js';
import type { KeyRow } from './GameKeys.js';

/** Keys and audit entries without a catalog. */
export function memoryTables(): AccessTables {
  const keys = new Map<string, KeyRow>();
  const entries: (AuditEntry & { id: number })[] = [];
  return {
    keys: {
      add: async (row) => void keys.set(row.id, row),
      get: async (id) => keys.get(id) ?? null,
      list: async ({ game } = {}) => [...keys.values()].filter((row) => game === undefined || row.game === game),
      revoke: async (id, at) => {
        const row = keys.get(id);
        if (!row || row.revokedAt !== null) return false;
        keys.set(id, { ...row, revokedAt: at });
        return true;
      },
    },
    audit: {
      add: async (entry) => void entries.push({ ...entry, id: entries.length + 1 }),
      list: async ({ limit = 50, before = Number.POSITIVE_INFINITY, action, actor } = {}) =>
        entries
          .filter(
            (e) => e.id < before && (action === undefined || e.action === action) && (actor === undefined || e.actor === actor),
          )
          .reverse()
          .slice(0, limit),
      trim: async () => 0,
    },
  };
}
