import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '@sgaps/server';
import { pino } from 'pino';
import { TransportService } from '../../../../pipeline/src/transport/TransportService.js';
import { WebSocketAdapter } from '../../../../pipeline/src/transport/WebSocketAdapter.js';

/** What a server under attack tells of its memory, bytes. */
export interface MemoryReading {
  readonly heap: number;
  readonly rss: number;
  /** Buffers outside the heap. */
  readonly external: number;
  /** Rooms that are open. */
  readonly rooms: number;
}

/** What it is asked: memory as it is, after a collection, or to end. */
export type Question = 'now' | 'settled' | 'close';

/** Started with `--expose-gc`. */
declare const gc: () => void;

const data = mkdtempSync(join(tmpdir(), 'sgaps-attacked-'));
const log = pino({ level: 'silent' });
const server = await startServer({ port: 0, host: '127.0.0.1', data, log, model: null });
const adapter = new WebSocketAdapter({ port: 0, host: '127.0.0.1' });
const transport = await TransportService.start({ sockets: join(data, 'run'), adapters: [adapter], log, rendererWithin: 500 });

// From its sources, pages are built when they are first asked for.
for (const page of ['/', '/dashboard/player/']) await (await fetch(server.url + page)).arrayBuffer();

process.on('message', (question: Question) => {
  void answer(question);
});
process.send?.({ port: server.port, viewingPort: adapter.port, url: server.url });

async function answer(question: Question): Promise<void> {
  if (question === 'close') {
    await transport.close();
    await server.close();
    rmSync(data, { recursive: true, force: true });
    process.exit();
  }
  if (question === 'settled') for (let i = 0; i < 3; i++) gc();
  const { heapUsed: heap, rss, external } = process.memoryUsage();
  const sessions = (await (await fetch(`${server.url}/api/sessions`)).json()) as { total: number };
  process.send?.({ heap, rss, external, rooms: sessions.total });
}
