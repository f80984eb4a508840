/** What a lock file may name (`check-dependencies.ts`). */

/** A package as `package-lock.json` has it. */
export interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
  readonly license?: string;
  readonly deprecated?: string;
  readonly os?: readonly string[];
}

/** Where a package is locked, from the root: `node_modules/ws`. */
export type Locked = Readonly<Record<string, LockedPackage>>;

const REGISTRY = 'https://registry.npmjs.org/';
/** Of packages that go to users, for any of them. */
const LICENCES = new Set([
  'MIT',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'MPL-2.0',
  'Unlicense',
  'CC0-1.0',
  'BlueOak-1.0.0',
]);
/** Of single ones, and why that is well. */
const LICENCES_OF: readonly (readonly [name: RegExp, licence: string, why: string])[] = [
  [/^@img\/sharp-/, 'LGPL-3.0-or-later', "sharp's libvips is a library of its own, loaded when the program runs"],
];
/** Packages of which there is to be one: they are large, or keep what others must find again. */
const SINGLE = [
  '@colyseus/core',
  '@colyseus/schema',
  'ws',
  'express',
  'msgpackr',
  'onnxruntime-node',
  'onnxruntime-web',
  'sharp',
  'drizzle-orm',
  'pino',
  'playwright-core',
  '@babylonjs/core',
];

/**
 * What a lock file names that it may not, a line each.
 *
 * @param allowScripts Packages about whose install scripts it is decided whether they run.
 */
export function lockProblems(locked: Locked, allowScripts: Readonly<Record<string, boolean>>): string[] {
  const problems: string[] = [];
  const versions = new Map<string, Set<string>>();
  for (const [path, found] of Object.entries(locked)) {
    const name = nameAt(path);
    if (name === null || found.link) continue;
    const say = (text: string) => problems.push(`${path}: ${text}`);
    if (!/^\d+\.\d+\.\d+/.test(found.version ?? '')) say(`its version is ${found.version}: no git, no tarball, no folder.`);
    if (found.resolved !== undefined && !found.resolved.startsWith(REGISTRY))
      say(`it comes from ${found.resolved}, not from ${REGISTRY}.`);
    if (found.integrity === undefined ? !isOtherPlatform(found) : !/^sha512-/.test(found.integrity))
      say('it has no sha512 of its contents.');
    if (found.hasInstallScript && !Object.hasOwn(allowScripts, name))
      say('it has an install script: say in `allowScripts` of package.json whether it runs.');
    if (found.dev) continue;
    if (found.deprecated !== undefined) say(`it is deprecated: ${found.deprecated}`);
    if (!(found.license === undefined && isOtherPlatform(found)) && !isAllowed(name, found.license ?? 'none'))
      say(`its licence is ${found.license ?? 'not told'}.`);
    const known = versions.get(name) ?? new Set();
    versions.set(name, known.add(found.version ?? ''));
  }
  for (const name of SINGLE) {
    const found = [...(versions.get(name) ?? [])];
    if (found.length > 1) problems.push(`${name}: there are ${found.length} of it, ${found.join(' and ')}.`);
  }
  return problems;
}

/** The production packages of which there is more than one version. */
export function duplicates(locked: Locked): string[] {
  const versions = new Map<string, Set<string>>();
  for (const [path, { link, dev, version = '' }] of Object.entries(locked)) {
    const name = nameAt(path);
    if (name !== null && !link && !dev) versions.set(name, (versions.get(name) ?? new Set()).add(version));
  }
  return [...versions].filter(([, found]) => found.size > 1).map(([name, found]) => `${name} ${[...found].join(' and ')}`);
}

function nameAt(path: string): string | null {
  const at = path.lastIndexOf('node_modules/');
  return at < 0 ? null : path.slice(at + 'node_modules/'.length);
}

/** One of another system than the lock file was made on: `complete-lock.mjs` adds it, and nobody there knows more of it than its version. */
function isOtherPlatform({ optional, os }: LockedPackage): boolean {
  return optional === true && os !== undefined;
}

/** Of some that are joined by OR one is enough, by AND all count. */
function isAllowed(name: string, licence: string): boolean {
  const isOne = (one: string) => LICENCES.has(one) || LICENCES_OF.some(([names, also]) => one === also && names.test(name));
  return licence
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((one) => isOne(one.trim())));
}
