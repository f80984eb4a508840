import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { openSource } from './openSource.js';

const BYTES = Uint8Array.from({ length: 200_000 }, (_, i) => i * 7);
let server: Server | null = null;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

async function serve(listener: RequestListener): Promise<string> {
  const started = createServer(listener);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}/a.sgaps`;
}

/** Answers ranges as a file server does; asked for are put into `ranges`. */
function ranged(ranges: string[], etag: () => string): RequestListener {
  return ({ headers }, response) => {
    const range = headers.range ?? '';
    ranges.push(range);
    const [first, last] = range.slice('bytes='.length).split('-').map(Number);
    const part = BYTES.subarray(first, last + 1);
    response.writeHead(206, { etag: etag(), 'content-range': `bytes ${first}-${first + part.length - 1}/${BYTES.length}` });
    response.end(part);
  };
}

describe('openSource', () => {
  it('reads an address by ranges, and what came first only once', async () => {
    const ranges: string[] = [];
    const source = await openSource(await serve(ranged(ranges, () => '"1"')));
    expect(await source.size()).toBe(BYTES.length);
    expect(await source.read(100, 50)).toEqual(BYTES.subarray(100, 150));
    expect(await source.read(65_000, 1000)).toEqual(BYTES.subarray(65_000, 66_000));
    expect(await source.read(199_990, 100)).toEqual(BYTES.subarray(199_990));
    expect(await source.read(BYTES.length, 10)).toHaveLength(0);
    expect(ranges).toEqual(['bytes=0-65535', 'bytes=65000-65999', 'bytes=199990-199999']);
  });

  it('shows a token with every request, where it has one', async () => {
    const shown: (string | undefined)[] = [];
    const answer = ranged([], () => '"1"');
    const url = await serve((request, response) => {
      shown.push(request.headers.authorization);
      answer(request, response);
    });
    const source = await openSource(url, 'a-token');
    await source.read(70_000, 10);
    expect(shown).toEqual(['Bearer a-token', 'Bearer a-token']);
  });

  it('refuses a file that changed meanwhile', async () => {
    let version = 1;
    const source = await openSource(await serve(ranged([], () => `"${version}"`)));
    version++;
    await expect(source.read(70_000, 10)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  });

  it('takes the whole file from a server that knows no ranges', async () => {
    const source = await openSource(await serve((_request, response) => response.end(BYTES)));
    expect(await source.size()).toBe(BYTES.length);
    expect(await source.read(150_000, 10)).toEqual(BYTES.subarray(150_000, 150_010));
  });

  it.each([
    [404, 'NOT_FOUND'],
    [410, 'NOT_FOUND'],
    [401, 'UNAUTHORIZED'],
    [403, 'UNAUTHORIZED'],
    [409, 'STORAGE_FAILED'],
    [500, 'STORAGE_FAILED'],
  ])('tells a refusal with %i as %s', async (status, code) => {
    const url = await serve((_request, response) => response.writeHead(status).end());
    await expect(openSource(url)).rejects.toMatchObject({ code });
  });

  it('tells that nobody is there', async () => {
    const url = await serve(() => undefined);
    server?.close();
    server?.closeAllConnections();
    await expect(openSource(url)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  });

  it('reads a file piece by piece', async () => {
    const source = await openSource(new Blob([BYTES]));
    expect(await source.size()).toBe(BYTES.length);
    expect(await source.read(199_990, 100)).toEqual(BYTES.subarray(199_990));
  });
});
