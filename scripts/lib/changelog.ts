/** The changelog as people read it: one for all packages, by hand, newest first. */

const UNRELEASED = '## [Unreleased]';

/**
 * Makes what is unreleased the release of a version. A changelog that has that version is left as it is.
 *
 * @example
 * ```ts
 * cutChangelog('## [Unreleased]\n\n- Faster.\n', '0.2.0', '2027-01-31'); // '## [Unreleased]\n\n## [0.2.0] - 2027-01-31\n\n- Faster.\n'
 * ```
 */
export function cutChangelog(text: string, version: string, date: string): string {
  if (text.includes(`\n## [${version}]`)) return text;
  if (!text.includes(UNRELEASED)) throw new Error(`CHANGELOG.md has no heading "${UNRELEASED}".`);
  return text.replace(UNRELEASED, `${UNRELEASED}\n\n## [${version}] - ${date}`);
}

/** What the changelog says of a version, without its heading; empty where it says nothing. */
export function releaseNotes(text: string, version: string): string {
  const start = text.indexOf(`\n## [${version}]`);
  if (start < 0) return '';
  const body = text.indexOf('\n', start + 1);
  const next = text.indexOf('\n## [', body);
  return text.slice(body, next < 0 ? undefined : next).trim();
}
