/** What the manifests and READMEs of published packages have to say, all in the same way. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from './workspaces.mjs';

/** What the repository says of itself. */
export interface Project {
  readonly version: string;
  /** https, without `.git`. */
  readonly address: string;
  /** Absolute; what links into the repository must lead to. */
  readonly root: string;
}

/** What is wrong with a manifest, in words; nothing where all is well. */
export function manifestProblems(folder: string, manifest: Manifest, { version, address }: Project): string[] {
  const problems: string[] = [];
  const expect = (field: string, found: unknown, wanted: unknown): void => {
    if (JSON.stringify(found) !== JSON.stringify(wanted))
      problems.push(`${field} is ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
  };
  expect('version', manifest.version, version);
  expect('license', manifest['license'], 'MIT');
  expect('type', manifest['type'], 'module');
  expect('homepage', manifest['homepage'], `${address}/tree/main/${folder}#readme`);
  expect('bugs', manifest['bugs'], `${address}/issues`);
  expect('repository', manifest.repository, { type: 'git', url: `git+${address}.git`, directory: folder });
  expect('publishConfig', manifest['publishConfig'], { access: 'public', provenance: true });
  const { description, keywords, sideEffects } = manifest;
  if (typeof description !== 'string' || description.length < 20) problems.push('description says too little');
  if (!Array.isArray(keywords) || keywords.length < 4 || !keywords.includes('sgaps')) problems.push('keywords are too few');
  if (!manifest.files?.length) problems.push('files is not said: everything would be published');
  if (manifest.exports && sideEffects === undefined) problems.push('sideEffects is not said');
  for (const [name, { optional }] of Object.entries(manifest.peerDependenciesMeta ?? {}))
    if (!optional || !manifest.peerDependencies?.[name]) problems.push(`peerDependenciesMeta: ${name} is no peer dependency`);
  for (const [subpath, target] of Object.entries(manifest.exports ?? {}))
    if (typeof target === 'object' && target && !('types' in target)) problems.push(`exports: ${subpath} has no types`);
  const own = { ...manifest.dependencies, ...manifest.optionalDependencies };
  for (const [name, range] of Object.entries(own))
    if (name.startsWith('@sgaps/')) expect(`dependencies: ${name}`, range, version);
  return problems;
}

/**
 * What is wrong with a README: it shows how to install the package and a snippet, and links to what is there. npm shows it on a page of its own, where links relative to the repository lead nowhere.
 */
export function readmeProblems(name: string, text: string, { version, address, root }: Project): string[] {
  const problems: string[] = [];
  const install = name.startsWith('create-') ? `npm create ${name.slice(7)}` : name;
  const shells = [...text.matchAll(/```sh\n(.*?)```/gs)].map(([, code]) => code);
  if (!shells.some((code) => /\bnp(m|x)\b/.test(code) && code.includes(install))) problems.push('does not say how to install it');
  if (!name.startsWith('create-') && !/```(ts|html)\n/.test(text)) problems.push('shows no code');
  for (const [, found] of text.matchAll(/@sgaps\/[\w-]+@([\d.]+)/g))
    if (!`${version}.`.startsWith(`${found}.`)) problems.push(`names version ${found}, and this is ${version}`);
  let documented = false;
  for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (target.startsWith('#')) continue;
    if (!/^https?:/.test(target)) problems.push(`links to ${target}, which leads nowhere on npm`);
    const [, kind, path, anchor] = new RegExp(`^${address}/(blob|tree)/main/([^#]*)#?(.*)$`).exec(target) ?? [];
    if (!kind) continue;
    if (!existsSync(join(root, path))) problems.push(`links to ${path}, which is not there`);
    else if (anchor && path.endsWith('.md') && !anchors(readFileSync(join(root, path), 'utf8')).includes(anchor))
      problems.push(`links to ${path}#${anchor}: there is no such heading`);
    if (path.startsWith('docs/')) documented = true;
  }
  if (!documented) problems.push('links to no page of docs/');
  return problems;
}

/** Headings as GitHub makes anchors of them. */
function anchors(text: string): string[] {
  return [...text.matchAll(/^#+ +(.*)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
