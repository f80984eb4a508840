import { type IncomingMessage, request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { WebSocketAdapter, type WebSocketAdapterOptions } from './WebSocketAdapter.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start(options: WebSocketAdapterOptions = {}): Promise<number> {
  const adapter = new WebSocketAdapter({ port: 0, host: '127.0.0.1', ...options });
  await adapter.start({
    join: () => ({ size: () => undefined, camera: () => undefined, overlays: () => undefined, leave: () => undefined }),
    health: () => ({ status: 'ok', viewers: 1, channels: { 'replay:a1': {} }, workers: {} }),
    warn: () => undefined,
  });
  closing.push(() => adapter.stop());
  return adapter.port;
}

/** Status and text of `/healthz`, asked by a name. */
async function health(port: number, host: string): Promise<[number | undefined, string]> {
  const response = await new Promise<IncomingMessage>((resolve, reject) =>
    request({ port, host: '127.0.0.1', path: '/healthz', headers: { host } }, resolve).on('error', reject).end(),
  );
  let text = '';
  for await (const part of response) text += part;
  return [response.statusCode, text];
}

/** What becomes of a page that connects by its own name. */
function watch(port: number, host: string): Promise<string> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/?scene=replay:a1`, { headers: { host, origin: `http://${host}` } });
  closing.push(() => socket.terminate());
  return new Promise((resolve) => {
    socket.on('open', () => resolve('open'));
    socket.on('error', ({ message }) => resolve(message));
  });
}

describe('a transport that lets everybody in', () => {
  it('answers to no name of the internet, which a page may have made lead here', async () => {
    const port = await start();
    const host = `evil.example.com:${port}`;
    expect(await watch(port, host)).toContain('403');
    const [status, text] = await health(port, host);
    expect(status).toBe(403);
    expect(text).not.toContain('a1');
  });

  it.each(['localhost', '127.0.0.1', '[::1]', 'transport'])('answers to %s', async (name) => {
    const port = await start();
    expect(await watch(port, `${name}:${port}`)).toBe('open');
    expect((await health(port, `${name}:${port}`))[0]).toBe(200);
  });
});

it('answers to any name where it asks who comes, or is told to', async () => {
  for (const options of [{ admit: async () => ({ until: null }) }, { local: false }]) {
    const port = await start(options);
    expect(await watch(port, `replay.example.com:${port}`)).toBe('open');
    expect((await health(port, 'replay.example.com'))[0]).toBe(200);
  }
});
