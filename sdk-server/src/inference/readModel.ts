import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal, reasonOf } from './Refusal.js';

/**
 * Reads a graph of a folder, and checks that it is what `model.json` means.
 *
 * @throws Refusal `MODEL_NOT_FOUND` where it is missing, `MODEL_INVALID` where it is another.
 *
 * @example
 * ```ts
 * const bytes = await readModel('models/sgaps-mae-small', card.sha256);
 * ```
 */
export async function readModel(folder: string, expected: string, name = 'model.onnx'): Promise<Uint8Array> {
  const file = join(folder, name);
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new Refusal('MODEL_NOT_FOUND', `${file} cannot be read: ${reasonOf(error)}`);
  });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 === expected) return bytes;
  throw new Refusal(
    'MODEL_INVALID',
    `${file} has sha256 ${sha256}, model.json says ${expected}: one of them is damaged or of another version; get both again.`,
  );
}
