import { matchMaker } from '@colyseus/core';
import { Gauge } from 'prom-client';
import type { DiskWatch } from './DiskWatch.js';
import type { ReadinessChecks } from './ReadinessChecks.js';
import { metrics } from './registry.js';

/** What of a server is shown. */
interface Watched {
  readonly sessions: { readonly size: number };
  readonly disk: DiskWatch;
  readonly readiness: ReadinessChecks;
}

let watched: Watched | null = null;

/**
 * Shows sessions, rooms, disk and readiness of this server from now on; null: of none.
 *
 * @example
 * ```ts
 * watchServer(services);
 * ```
 */
export function watchServer(server: Watched | null): void {
  watched = server;
}

function gauge(name: string, help: string, read: (server: Watched) => number | null): void {
  new Gauge({
    name,
    help,
    registers: [metrics],
    collect() {
      const value = watched && read(watched);
      if (value === null) this.remove();
      else this.set(value);
    },
  });
}

gauge('sgaps_sessions', 'Sessions that this process records.', ({ sessions }) => sessions.size);
gauge('sgaps_rooms', 'Rooms that are open in this process.', () => matchMaker.stats.local.roomCount);
gauge('sgaps_room_clients', 'Clients in them: recorders, and those who follow figures.', () => matchMaker.stats.local.ccu);
gauge('sgaps_disk_free_bytes', 'Free bytes of the disk with the recordings.', ({ disk }) => disk.figures?.freeBytes ?? null);
gauge('sgaps_disk_total_bytes', 'All bytes of that disk.', ({ disk }) => disk.figures?.totalBytes ?? null);
gauge('sgaps_ready', '1 while the server takes sessions, as /readyz says.', ({ readiness }) => (readiness.ready ? 1 : 0));
new Gauge({
  name: 'sgaps_ready_check',
  help: 'Each check of /readyz: 1 where all is well.',
  labelNames: ['check'],
  registers: [metrics],
  collect() {
    this.reset();
    for (const [check, { ok }] of Object.entries(watched?.readiness.report().checks ?? {})) this.set({ check }, ok ? 1 : 0);
  },
});
