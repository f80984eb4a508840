/** Holds the page of errors against the codes that there are. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../workspaces.mjs';

const PAGE = 'docs/reference/errors.md';

/** What the page of errors lacks or makes up, a line each. */
export function checkErrorsPage(): string[] {
  const page = read(PAGE);
  const codes = namesIn(read('sdk-protocol/src/errors.ts'), /type SgapsErrorCode =([^;]+);/, /'([A-Z_]+)'/g).map(
    ([, code]) => code,
  );
  const statuses = new Map(
    namesIn(read('sdk-server/src/rooms/errors.ts'), /HTTP_STATUS[^=]*= \{([^}]+)\}/, /([A-Z_]+): (\d+)/g).map(
      ([, code, status]) => [code, status],
    ),
  );
  const closing = [
    ...namesIn(read('sdk-server/src/rooms/closeCodes.ts'), /REPLAY_CLOSE = \{([^}]+)\}/, /(\w+): (\d{4})/g).map(
      ([, name, code]) => [code, name],
    ),
    ...namesIn(read('pipeline/src/transport/WebSocketAdapter.ts'), /([\s\S]*)/, /^const [A-Z]+ = (4\d{3});/gm).map(([, code]) => [
      code,
      '',
    ]),
  ];

  const parts = new Map([...page.matchAll(/^### `([A-Z_]+)`\n([\s\S]*?)(?=^#{2,3} )/gm)].map(([, code, text]) => [code, text]));
  const problems = codes.filter((code) => !parts.has(code)).map((code) => `says nothing of ${code}`);
  for (const [code, text] of parts) {
    if (!codes.includes(code)) problems.push(`tells of ${code}, which is no code`);
    else if (!text.includes(`HTTP ${statuses.get(code)}`))
      problems.push(`has another HTTP status for ${code} than ${statuses.get(code)}`);
    for (const what of ['Met', 'Cause', 'Do']) if (!text.includes(`**${what}**`)) problems.push(`says no **${what}** of ${code}`);
  }
  const told = page.slice(page.indexOf('## Close codes'), page.indexOf('## Exit codes'));
  for (const [code, name] of closing)
    if (!new RegExp(`^\\| +${code} \\|.*${name}`, 'm').test(told)) problems.push(`says nothing of close code ${code}`);
  for (const [code] of told.matchAll(/(?<=^\| +)4\d{3}(?= \|)/gm)) {
    // Those below 4020 are Colyseus' own.
    if (Number(code) >= 4020 && !closing.some(([known]) => known === code))
      problems.push(`tells of close code ${code}, which is none`);
  }
  return problems.map((problem) => `${PAGE} ${problem}`);
}

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** All of `pattern` in what `within` finds; that there is none means that the source was changed and this has to follow. */
function namesIn(text: string, within: RegExp, pattern: RegExp): RegExpMatchArray[] {
  const found = [...(within.exec(text)?.[1] ?? '').matchAll(pattern)];
  if (found.length === 0) throw new Error(`Nothing matches ${pattern} any more: mend scripts/lib/docs/checkErrorsPage.ts.`);
  return found;
}
