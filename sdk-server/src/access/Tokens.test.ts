import { createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseSecrets } from './secrets.js';
import { Tokens } from './Tokens.js';

const [OLD, NEW] = ['old-secret-of-at-least-thirty-two-bytes', 'new-secret-of-at-least-thirty-two-bytes'];
const HOUR = 3_600_000;
const tokens = new Tokens([NEW, OLD]);

afterEach(() => {
  vi.useRealTimers();
});

/** A token with claims of the test's choice, signed as the server does. */
function signed(
  claims: Record<string, unknown>,
  options: { readonly secret?: string; readonly alg?: string } = {},
): Promise<string> {
  const { secret = NEW, alg = 'HS256' } = options;
  const base = { iss: 'sgaps', aud: 'sgaps', jti: 'a', iat: now(), exp: now() + 60, scope: 'watch' };
  const given = Object.fromEntries(Object.entries({ ...base, ...claims }).filter(([, value]) => value !== undefined));
  return new SignJWT(given).setProtectedHeader({ alg }).sign(createSecretKey(Buffer.from(secret)));
}

const now = () => Math.floor(Date.now() / 1000);
const refused = expect.objectContaining({ code: 'UNAUTHORIZED', status: 401 });

describe('tokens', () => {
  it('say when they are verified what they were made with', async () => {
    const { token, grant } = await tokens.create({
      scope: 'record',
      games: ['arena', 'coins'],
      subject: 'studio',
      expiresIn: HOUR,
    });
    expect(await tokens.verify(token)).toEqual(grant);
    expect(grant).toMatchObject({ scope: 'record', games: ['arena', 'coins'], recording: null, subject: 'studio' });
    expect(Math.abs((grant.expiresAt ?? 0) - Date.now() - HOUR)).toBeLessThan(2000);
  });

  it('outlive a change of secrets, until the old one is taken away', async () => {
    const { token } = await new Tokens([OLD]).create({ scope: 'watch', expiresIn: HOUR });
    expect(await tokens.verify(token)).toMatchObject({ scope: 'watch' });
    await expect(new Tokens([NEW]).verify(token)).rejects.toEqual(refused);
    const { token: newer } = await tokens.create({ scope: 'watch', expiresIn: HOUR });
    await expect(new Tokens([OLD]).verify(newer)).rejects.toEqual(refused);
  });

  it('hold until they expire, give or take what clocks may be apart', async () => {
    vi.useFakeTimers({ now: 1_700_000_000_000, toFake: ['Date'] });
    const { token } = await tokens.create({ scope: 'admin', expiresIn: HOUR });
    vi.setSystemTime(1_700_000_000_000 + HOUR + 3000);
    expect(await tokens.verify(token)).toMatchObject({ scope: 'admin' });
    vi.setSystemTime(1_700_000_000_000 + HOUR + 7000);
    await expect(tokens.verify(token)).rejects.toEqual(refused);
    await expect(tokens.verify(token)).rejects.toThrow('expired');
  });

  it('of the transport open nothing of the server', async () => {
    const { grant } = await tokens.create({ scope: 'watch', games: ['arena'], expiresIn: HOUR });
    const ticket = await tokens.createTicket('replay:a1', grant);
    await expect(tokens.verify(ticket)).rejects.toEqual(refused);
    expect(await tokens.verify(ticket, { tickets: true })).toMatchObject({
      scope: 'watch',
      scene: 'replay:a1',
      expiresAt: grant.expiresAt,
    });
  });

  it.each([
    ['another issuer', { iss: 'others' }],
    ['another audience', { aud: 'others' }],
    ['no expiry', { exp: undefined }],
    ['no id', { jti: undefined }],
    ['no scope', { scope: undefined }],
    ['a scope of its own', { scope: 'root' }],
    ['games that are none', { games: 'arena' }],
    ['no games at all', { games: [] }],
    ['an admin of some games', { scope: 'admin', games: ['arena'] }],
    ['a recording that is none', { recording: '../a' }],
    ['a subject without end', { sub: 'a'.repeat(500) }],
  ])('with %s are refused', async (_, claims) => {
    await expect(tokens.verify(await signed(claims))).rejects.toEqual(refused);
  });

  it('signed another way are refused', async () => {
    await expect(tokens.verify(await signed({}, { alg: 'HS512', secret: NEW.repeat(3) }))).rejects.toEqual(refused);
    await expect(new Tokens([NEW.repeat(3)]).verify(await signed({}, { alg: 'HS512', secret: NEW.repeat(3) }))).rejects.toEqual(
      refused,
    );
    const unsigned = new UnsecuredJWT({ scope: 'admin', jti: 'a' })
      .setIssuer('sgaps')
      .setAudience('sgaps')
      .setIssuedAt()
      .setExpirationTime('1h');
    await expect(tokens.verify(unsigned.encode())).rejects.toEqual(refused);
    expect(await tokens.verify(await signed({}))).toMatchObject({ scope: 'watch', games: '*' });
  });

  it('are refused in the same way whatever comes instead of one', async () => {
    const { token } = await tokens.create({ scope: 'admin', expiresIn: HOUR });
    const mutated = fc
      .tuple(fc.nat(token.length - 1), fc.constantFrom(...'Ab0-_.'))
      .map(([at, by]) => token.slice(0, at) + by + token.slice(at + 1));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ maxLength: 3000 }), mutated), async (text) => {
        // The last character of a signature holds bits that count for nothing.
        if (text.slice(0, -1) === token.slice(0, -1)) return;
        await expect(tokens.verify(text)).rejects.toEqual(refused);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    [{ scope: 'root' as 'watch', expiresIn: HOUR }],
    [{ scope: 'admin', games: ['arena'], expiresIn: HOUR }],
    [{ scope: 'record', recording: 'a1', expiresIn: HOUR }],
    [{ scope: 'watch', games: [], expiresIn: HOUR }],
    [{ scope: 'watch', expiresIn: 0 }],
    [{ scope: 'watch', expiresIn: Number.NaN }],
    [{ scope: 'watch', expiresIn: 500 * 24 * HOUR }],
    [{ scope: 'watch', games: Array.from({ length: 64 }, (_, i) => `${i}`.padEnd(128, 'x')), expiresIn: HOUR }],
  ] as const)('are not made of %j', async (claims) => {
    await expect(tokens.create(claims)).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
  });
});

describe('secrets', () => {
  it('are separated by commas or lines', () => {
    expect(parseSecrets(` ${NEW} ,\n${OLD}\r\n`)).toEqual([NEW, OLD]);
    expect(parseSecrets('')).toEqual([]);
  });

  it('that are short are refused without being told', () => {
    const short = 'x'.repeat(31);
    expect(() => parseSecrets(`${NEW},${short}`)).toThrow(expect.objectContaining({ code: 'ARGUMENT_INVALID' }));
    expect(() => parseSecrets(`${NEW},${short}`)).not.toThrow(short);
  });
});
