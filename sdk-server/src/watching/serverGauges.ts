import { matchMaker } from '@colyseus/core';
import { Counter, Gauge } from 'prom-client';
import type { Cluster } from '../cluster/Cluster.js';
import type { Overload } from '../rooms/Overload.js';
import type { UploadQueue } from '../storage/blobs/UploadQueue.js';
import type { DiskWatch } from './DiskWatch.js';
import type { ReadinessChecks } from './ReadinessChecks.js';
import { metrics } from './registry.js';

/** What of a server is shown. */
interface Watched {
  readonly sessions: { readonly size: number };
  readonly disk: DiskWatch;
  readonly readiness: ReadinessChecks;
  readonly overload: Overload;
  readonly uploads: UploadQueue | null;
  readonly cluster: Cluster | null;
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
gauge(
  'sgaps_load',
  'Part of its time that the event loop is busy, as new sessions are refused by.',
  ({ overload }) => overload.figures.load,
);
gauge(
  'sgaps_sessions_lowered',
  'Sessions recorded on demand since the server has too much to do.',
  ({ overload }) => overload.figures.lowered,
);
gauge('sgaps_uploads_waiting', 'Recordings that are not in the store yet.', ({ uploads }) => uploads?.figures.waiting ?? 0);
gauge('sgaps_rooms', 'Rooms that are open in this process.', () => matchMaker.stats.local.roomCount);
gauge('sgaps_room_clients', 'Clients in them: recorders, and those who follow figures.', () => matchMaker.stats.local.ccu);
gauge('sgaps_processes', 'Server processes that share rooms through Redis, this one included; 1 without.', ({ cluster }) =>
  cluster ? cluster.members.living.length : 1,
);
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
new Counter({
  name: 'sgaps_uploads_total',
  help: 'Recordings given to the store, by outcome; one that failed is tried again.',
  labelNames: ['outcome'],
  registers: [metrics],
  collect() {
    this.reset();
    const { stored = 0, failures = 0 } = watched?.uploads?.figures ?? {};
    this.inc({ outcome: 'stored' }, stored);
    this.inc({ outcome: 'failed' }, failures);
  },
});
new Counter({
  name: 'sgaps_upload_bytes_total',
  help: 'Bytes given to the store.',
  registers: [metrics],
  collect() {
    this.reset();
    this.inc(watched?.uploads?.figures.storedBytes ?? 0);
  },
});
