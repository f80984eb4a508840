import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const DOCS = new URL('../../docs/', import.meta.url);
/** In the repository, so that samples find our packages as any file of ours does. */
const PLACE = new URL('../../.sgaps-cache/samples/', import.meta.url);

/** Takes a sample out of a page, as it stands there, by the file name in its first line; returns where it now lies. */
export async function guideSample(page: string, name: string): Promise<string> {
  const text = await readFile(new URL(page, DOCS), 'utf8');
  const blocks = Array.from(text.matchAll(/^```ts\n(.*?)^```$/gms), ([, code]) => code);
  const code = blocks.find((block) => block.startsWith(`// ${name}\n`));
  if (code === undefined) throw new Error(`docs/${page} has no sample that begins with // ${name}`);
  const file = fileURLToPath(new URL(name, PLACE));
  await mkdir(PLACE, { recursive: true });
  await writeFile(file, code);
  return file;
}
