/** What stands in for a secret. */
const HIDDEN = '[hidden]';
/** A secret that is shorter might be any word. */
const SHORTEST = 6;

/**
 * Names of fields and parameters whose values are nobody's business, whatever they are: headers, tokens, keys, shares, Colyseus' reconnection tokens.
 */
const NAMES =
  'authorization|proxy-authorization|cookie|set-cookie|x-api-key|x-amz-[\\w-]*|x-goog-[\\w-]*|signature|sig|share|' +
  '[\\w-]*token|[\\w-]*secret|[\\w-]*password|[\\w-]*passwd|[\\w-]*api-?key|[\\w-]*access-?key(?:-?id)?|credentials?|_authToken|reconnectionToken';

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // A JSON field, as it is and within another JSON text.
  [new RegExp(`("(?:${NAMES})"\\s*:\\s*)"(?:[^"\\\\]|\\\\.)*"`, 'gi'), `$1"${HIDDEN}"`],
  [new RegExp(`(\\\\"(?:${NAMES})\\\\"\\s*:\\s*)\\\\"[^"\\\\]*(?:\\\\{2,}.[^"\\\\]*)*\\\\"`, 'gi'), `$1\\"${HIDDEN}\\"`],
  [/((?:set-)?cookie:\s+)[^"'\\\r\n]+/gi, `$1${HIDDEN}`],
  // A header, or a parameter of an address or form.
  [
    new RegExp(
      `(^|[?&;\\s#"'\`({\\[,]|\\\\n)((?:${NAMES})(?:=|%3D|:\\s+))(?:(?:Bearer|Basic|Digest|Negotiate)\\s+)?[^\\s&"'\`;,)}\\]\\\\]+`,
      'gi',
    ),
    `$1$2${HIDDEN}`,
  ],
  // Credentials by their form: of HTTP, in addresses, JWTs.
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${HIDDEN}`],
  [/([a-z][\w+.-]*:\/\/)[^\s/@"'`\\]+@/gi, `$1${HIDDEN}@`],
  [/\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g, HIDDEN],
];

const known = new Set<string>();
let exact: RegExp | null = null;

/**
 * From now on `redact` hides this text wherever it stands: a secret of this server, a password in the address of a database. Shorter than six letters, it is left alone.
 *
 * @example
 * ```ts
 * hide(process.env.SGAPS_SECRET);
 * ```
 */
export function hide(...secrets: readonly (string | undefined | null)[]): void {
  for (const secret of secrets) {
    if (!secret) continue;
    // As it is in a log line, and in an address.
    for (const form of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]) {
      if (form.length >= SHORTEST) known.add(form);
    }
    if (URL.canParse(secret)) {
      const { password, searchParams } = new URL(secret);
      hide(
        password,
        decoded(password),
        ...[...searchParams].filter(([name]) => /key|token|secret|password/i.test(name)).map(([, value]) => value),
      );
    }
  }
  const longestFirst = [...known].sort((a, b) => b.length - a.length);
  exact =
    longestFirst.length > 0
      ? new RegExp(longestFirst.map((text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'), 'g')
      : null;
}

/** Of a URL's part; as it is where a bare % makes it no code. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/**
 * A line of a log, or the text of an error, without secrets: those that are known by `hide`, and whatever looks like one.
 *
 * @example
 * ```ts
 * redact('GET /api?token=abc'); // 'GET /api?token=[hidden]'
 * ```
 */
export function redact(text: string): string {
  let clean = exact ? text.replace(exact, HIDDEN) : text;
  for (const [pattern, by] of PATTERNS) clean = clean.replace(pattern, by);
  return clean;
}
