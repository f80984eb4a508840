import { hostname } from 'node:os';
import { isSgapsError, SgapsError } from '@sgaps/protocol';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { type CreateInferenceOptions, createInference, USUAL_MODEL } from '../createInference.js';
import type { Inference } from '../Inference.js';
import { openModel } from '../openModel.js';
import { readCard } from '../readCard.js';
import { readAddress } from './address.js';
import { InferenceDirectory, type InferenceEntry } from './InferenceDirectory.js';
import { RemoteInference, type WantedModel } from './RemoteInference.js';

/**
 * Where the model runs: in this process (`local`), in a service that Redis knows of (`remote`), there if there is one when the process starts, else here (`auto`), or in the service at an
 * address (`unix:/path`, `tcp:host:port`).
 *
 * @example
 * ```ts
 * const where: InferenceChoice = 'auto';
 * ```
 */
export type InferenceChoice = 'local' | 'remote' | 'auto' | `unix:${string}` | `tcp:${string}`;

/**
 * Reads such a choice. Throws `ARGUMENT_INVALID`.
 *
 * @example
 * ```ts
 * const where = readInferenceChoice(flags.inference);
 * ```
 */
export function readInferenceChoice(text: string): InferenceChoice {
  if (text !== 'local' && text !== 'remote' && text !== 'auto') readAddress(text);
  return text as InferenceChoice;
}

/**
 * Options of `openInference`.
 *
 * @example
 * ```ts
 * const options: OpenInferenceOptions = { where: 'auto', model: {}, redis: link.redis, secrets: [], log };
 * ```
 */
export interface OpenInferenceOptions {
  /** Default `auto`. */
  readonly where?: InferenceChoice;
  readonly model: CreateInferenceOptions;
  /** Null: there is no cluster, and `remote` is refused. */
  readonly redis: Redis | null;
  /** Newest first; none for services that ask for none. */
  readonly secrets: readonly string[];
  readonly log: Logger;
}

/**
 * What runs the model; null, as of `createInference`, where neither it nor what runs it is installed.
 *
 * @throws SgapsError `ARGUMENT_INVALID` for `remote` without Redis, `PROVIDER_UNAVAILABLE` where a service is asked for, and neither one nor the model's own card says which model it is; and what
 *   `createInference` throws.
 *
 * @example
 * ```ts
 * const inference = await openInference({ where: 'auto', model: {}, redis: null, secrets: [], log });
 * ```
 */
export async function openInference({
  where = 'auto',
  model,
  redis,
  secrets,
  log,
}: OpenInferenceOptions): Promise<Inference | null> {
  if (where === 'local' || (where === 'auto' && redis === null)) return createInference(model, log);
  if (where === 'remote' && redis === null)
    throw new SgapsError('ARGUMENT_INVALID', 'Inference services are found through Redis: give --redis, or the address of one.');
  const listed = redis === null || (where !== 'auto' && where !== 'remote') ? null : new InferenceDirectory(redis);
  const installed = await installedModel(model.model);
  const found = listed ? await listed.list().catch(() => []) : [];
  const wanted = installed ?? wantedOf(found);
  if (where === 'auto' && !(wanted && found.some((entry) => entry.model === wanted.id && entry.sha256 === wanted.sha256)))
    return createInference(model, log);
  if (!wanted)
    throw new SgapsError(
      'PROVIDER_UNAVAILABLE',
      'No inference service says which model it runs, and none is installed here: start one (sgaps inference).',
    );
  const list = listed ? () => listed.list() : async () => [entryAt(where, wanted)];
  return RemoteInference.open({ list, machine: hostname(), wanted, secret: secrets[0] ?? null, log });
}

/** The model that is installed here, by its card; null where none is and none was named. */
async function installedModel(name: string | undefined): Promise<WantedModel | null> {
  try {
    const { id, sha256 } = await readCard(await openModel(name ?? USUAL_MODEL));
    return { id, sha256 };
  } catch (error) {
    if (name === undefined && isSgapsError(error) && error.code === 'MODEL_NOT_FOUND') return null;
    throw error;
  }
}

function wantedOf([entry]: readonly InferenceEntry[]): WantedModel | null {
  return entry ? { id: entry.model, sha256: entry.sha256 } : null;
}

/** The service at an address, of which only it can say what it runs. */
function entryAt(address: string, { id: model, sha256 }: WantedModel): InferenceEntry {
  return { id: address, address, machine: hostname(), model, sha256, provider: '', busy: 0 };
}
