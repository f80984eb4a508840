import { cookiesOf, credentialsOf } from '../../../../sdk-server/src/access/credentials.js';
import { parseSecrets } from '../../../../sdk-server/src/access/secrets.js';
import { readGrant, Tokens } from '../../../../sdk-server/src/access/Tokens.js';
import { readStoreAddress } from '../../../../sdk-server/src/storage/blobs/storeAddress.js';
import { bytesTarget, type FuzzTarget, target, textTarget, valueTarget } from '../FuzzTarget.js';
import { mutateBytes } from '../mutateBytes.js';

const SECRET = 'a secret of this test, 32 bytes or more';
const NEVER = 4e9;
const PAYLOAD = {
  scope: 'watch',
  games: ['coins'],
  recording: 'r-1',
  scene: 'replay:r-1',
  sub: 'somebody',
  jti: 'a',
  exp: NEVER,
};
const ADDRESSES = ['s3://bucket/prefix?endpoint=https://host&region=eu', 'file:///var/store'];

const utf8 = (text: string) => new TextEncoder().encode(text);
/** Tokens as they are written, some of them by somebody who has no secret. */
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const unsigned = ['none', 'HS256', 'HS512', 'RS256'].map((alg) => utf8(`${encoded({ alg, typ: 'JWT' })}.${encoded(PAYLOAD)}.`));

/** Tokens, cookies and what an operator may write wrong. */
export const accessTargets: readonly FuzzTarget[] = [
  target('token', ['Tokens'], { share: 0.5 }, async () => {
    const tokens = new Tokens([SECRET]);
    const made = await Promise.all(
      (['watch', 'record', 'admin'] as const).map((scope) => tokens.create({ scope, expiresIn: 86_400_000 })),
    );
    const known = new Set(made.map(({ grant }) => `${grant.id} ${grant.scope}`));
    const samples = [...made.map(({ token }) => utf8(token)), ...unsigned];
    return {
      make: (random) => mutateBytes(samples, random),
      run: async (input) => {
        const { id, scope } = await tokens.verify(Buffer.from(input).toString('latin1'), { tickets: true });
        // An `Error`, which is a finding: nobody but the server makes tokens.
        if (!known.has(`${id} ${scope}`)) throw new Error(`A token that was not made here is taken: ${id}.`);
      },
    };
  }),
  valueTarget('claims of a token', ['readGrant'], [PAYLOAD], (value) =>
    readGrant((typeof value === 'object' && value !== null ? value : {}) as Parameters<typeof readGrant>[0]),
  ),
  bytesTarget(
    'cookies and credentials',
    ['credentialsOf'],
    [utf8('sgaps=abc; sgaps-share-r1=def; other=x'), utf8('Bearer abc.def.ghi')],
    (bytes) => {
      const text = Buffer.from(bytes).toString('latin1');
      return [
        cookiesOf(() => text),
        credentialsOf((name) => (name === 'origin' ? 'http://[' : text)),
        credentialsOf((name) => (name === 'cookie' ? text : null)),
      ];
    },
  ),
  textTarget('secrets', ['parseSecrets'], [SECRET, `${SECRET},${SECRET}`], parseSecrets),
  bytesTarget('address of a store', ['readStoreAddress'], ADDRESSES.map(utf8), (bytes) =>
    readStoreAddress(Buffer.from(bytes).toString('latin1')),
  ),
];
