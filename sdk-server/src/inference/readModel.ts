import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal, reasonOf } from './Refusal.js';

/** Of a recording's header (`LIMITS.nameLength`), which names the model. */
const ID_LENGTH = 64;

/**
 * Reads `model.onnx` of a folder and what `model.json` says about it: id, planes, sha256.
 *
 * @throws Refusal `MODEL_NOT_FOUND` where a file is missing, `MODEL_INVALID` where they do not fit each other or this program.
 *
 * @example
 * ```ts
 * const { id, bytes } = await readModel('models/sgaps-mae-small', MODEL_PLANES);
 * ```
 */
export async function readModel(folder: string, planes: readonly string[]): Promise<{ id: string; bytes: Uint8Array }> {
  const card = parseCard(await read(join(folder, 'model.json')), folder);
  if (!fits(card.planes, planes)) {
    throw new Refusal(
      'MODEL_INVALID',
      `The model in ${folder} takes other planes (${JSON.stringify(card.planes)}) than this version makes (${planes.join(', ')}); use a model of this version.`,
    );
  }
  const bytes = await read(join(folder, 'model.onnx'));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== card.sha256) {
    throw new Refusal(
      'MODEL_INVALID',
      `${join(folder, 'model.onnx')} has sha256 ${sha256}, model.json says ${card.sha256}: one of them is damaged or of another version; get both again.`,
    );
  }
  return { id: card.id, bytes };
}

async function read(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new Refusal('MODEL_NOT_FOUND', `${file} cannot be read: ${reasonOf(error)}`);
  }
}

function parseCard(bytes: Uint8Array, folder: string): { id: string; planes: unknown; sha256: string } {
  const wrong = (what: string) => new Refusal('MODEL_INVALID', `${join(folder, 'model.json')} ${what}.`);
  let raw: unknown;
  try {
    raw = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw wrong(`is not JSON (${reasonOf(error)})`);
  }
  const { id, planes, sha256 } = (raw ?? {}) as Record<string, unknown>;
  if (typeof id !== 'string' || !/^[\w.-]+@[\w.-]+$/.test(id) || id.length > ID_LENGTH)
    throw wrong(`needs an \`id\` of the form name@version, at most ${ID_LENGTH} characters`);
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) throw wrong('needs `sha256`, 64 hexadecimal digits');
  return { id, planes, sha256 };
}

/** Their names in order, or how many there are. */
function fits(said: unknown, planes: readonly string[]): boolean {
  if (Array.isArray(said)) return said.length === planes.length && said.every((name, at) => name === planes[at]);
  return said === planes.length;
}
