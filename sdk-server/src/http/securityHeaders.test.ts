import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SgapsServer, startServer } from '../startServer.js';

const data = mkdtempSync(join(tmpdir(), 'sgaps-headers-'));
let server: SgapsServer;

beforeAll(async () => {
  server = await startServer({ port: 0, host: '127.0.0.1', data, model: null, log: pino({ level: 'silent' }) });
});

afterAll(async () => {
  await server.close();
  rmSync(data, { recursive: true, force: true });
});

const headersOf = async (path: string) => {
  const { headers } = await fetch(server.url + path);
  return (name: string) => headers.get(name) ?? '';
};

describe('the headers of answers', () => {
  it.each([
    '/api/recordings',
    '/api/recordings/none',
    '/api/sessions',
    '/api/viewing',
    '/api/nothing',
    '/healthz',
    '/',
    '/session/a',
    '/examples',
    '/dashboard/player/',
  ])('of %s let nobody frame, sniff or follow them', async (path) => {
    const header = await headersOf(path);
    expect(header('x-content-type-options')).toBe('nosniff');
    expect(header('x-frame-options')).toBe('SAMEORIGIN');
    expect(header('referrer-policy')).toBe('no-referrer');
    expect(header('permissions-policy')).toContain('camera=()');
    expect(header('content-security-policy')).toContain('frame-ancestors');
    expect(header('x-powered-by')).toBe('');
    expect(header('access-control-allow-origin')).toBe('');
  });

  it('let pages run their own scripts only, and no other answer any', async () => {
    for (const path of ['/', '/session/a', '/examples', '/dashboard/player/']) {
      const policy = (await headersOf(path))('content-security-policy');
      expect(policy).toContain("default-src 'self'");
      expect(policy).toContain("object-src 'none'");
      expect(policy).not.toMatch(/script-src[^;]*unsafe-inline|'unsafe-eval'|\*/);
    }
    for (const path of ['/api/recordings', '/healthz'])
      expect((await headersOf(path))('content-security-policy')).toContain("default-src 'none'");
  });
});
