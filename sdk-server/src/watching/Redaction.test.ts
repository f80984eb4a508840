import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hide, redact } from './Redaction.js';

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzM2NyM3QifQ.c2lnbmF0dXJl';

it.each([
  ['{"headers":{"authorization":"Bearer s3cr3t-1","cookie":"a=s3cr3t-2; b=s3cr3t-3","host":"a"}}', '"host":"a"'],
  ['{"body":"{\\"token\\":\\"s3cr3t-1\\",\\"game\\":\\"coins\\"}"}', 'coins'],
  ['{"token":"with \\"quotes\\" s3cr3t-1","game":"coins"}', 'coins'],
  ['GET /api/recordings?limit=3&token=s3cr3t-1&share=s3cr3t-2#top', 'limit=3'],
  ['/matchmake?_authToken=s3cr3t-1&roomId=7', 'roomId=7'],
  ['connect postgres://sgaps:s3cr3t-1@db:5432/x: refused', 'db:5432/x: refused'],
  ['cookie: sid=s3cr3t-1; theme=s3cr3t-2', 'cookie: '],
  ['Authorization: Basic czNjcjN0LTE6eA==', 'Authorization: '],
  [`reason=${JWT} expired`, 'expired'],
  ['SGAPS_SECRET=s3cr3t-1 sgaps serve', 'sgaps serve'],
  ['https://store/a?X-Amz-Credential=s3cr3t-1&X-Amz-Signature=s3cr3t-2&partNumber=1', 'partNumber=1'],
])('hides what looks like a secret, and no more: %s', (text, kept) => {
  const clean = redact(text);
  expect(clean).not.toMatch(/s3cr3t|czNjcjN0/);
  expect(clean).toContain(kept);
  expect(clean).toContain('[hidden]');
  if (text.startsWith('{')) expect(() => JSON.parse(clean)).not.toThrow();
});

it('leaves what only sounds like one', () => {
  const text = '{"msg":"recording started","keyframes":3,"monkey":"banana","code":"TOKEN_EXPIRED","tokens":5,"share":0.5}';
  expect(redact(text)).toBe(text);
});

it('hides secrets that it was told of, wherever they stand and however they are written', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 8, maxLength: 40 }), fc.string({ maxLength: 20 }), (secret, around) => {
      fc.pre(!/^\s*$/.test(secret) && !'[hidden]'.includes(secret));
      hide(secret);
      for (const form of [secret, encodeURIComponent(secret)])
        expect(redact(`${around}<${form}>${around}`)).not.toContain(`<${form}>`);
      const line = redact(JSON.stringify({ said: secret }));
      expect(line).not.toBe(JSON.stringify({ said: secret }));
    }),
    { numRuns: 60 },
  );
  hide('postgres://sgaps:pa%24%24word@db/x', 's3://bucket?accessKeyId=AKIAXYZ123&region=eu');
  expect(redact('password pa$$word, or pa%24%24word, of AKIAXYZ123 in eu')).toBe(
    'password [hidden], or [hidden], of [hidden] in eu',
  );
  // A percent sign that begins no code.
  hide('redis://:hundred%x@host');
  expect(redact('hundred%x')).toBe('[hidden]');
});
