import { type ArchiveModel, type ArchiveModelCard, parseArchiveModelCard } from '@sgaps/core';
import { isSgapsError, SgapsError } from '@sgaps/protocol';
import { openModel } from '../inference/openModel.js';
import { readCardText } from '../inference/readCard.js';
import { NodeArchiveModel, type NodeArchiveModelOptions } from './NodeArchiveModel.js';

/**
 * Options of `ArchiveModels`.
 *
 * @example
 * ```ts
 * const options: ArchiveModelsOptions = { models: ['/srv/models/hst-mae-large'] };
 * ```
 */
export interface ArchiveModelsOptions extends NodeArchiveModelOptions {
  /** Names or folders of archive models, looked through before those of `@sgaps/models`. Default none. */
  readonly models?: readonly string[];
}

/**
 * Where an archive model is, and what its card says.
 *
 * @example
 * ```ts
 * const { folder, card }: FoundArchiveModel = found;
 * ```
 */
export interface FoundArchiveModel {
  readonly folder: string;
  readonly card: ArchiveModelCard;
}

/**
 * The archive models of this machine by the names that archives say, each opened once and when it is first needed.
 *
 * @example
 * ```ts
 * const models = new ArchiveModels();
 * const source = openReplaySource(reader, { archiveModel: models.get });
 * await models.close();
 * ```
 */
export class ArchiveModels {
  readonly #opened = new Map<string, Promise<NodeArchiveModel>>();
  /** Names or folders beside those of `@sgaps/models`, for other programs. */
  readonly names: readonly string[];
  #closed = false;

  constructor(private readonly options: ArchiveModelsOptions = {}) {
    this.names = options.models ?? [];
  }

  /** The model name@version; it stays this object's: do not close it. Rejects with `MODEL_NOT_FOUND`, and as `NodeArchiveModel.open`. */
  readonly get = (modelId: string): Promise<ArchiveModel> => {
    if (this.#closed) return Promise.reject(new SgapsError('CLOSED', 'The archive models are closed.'));
    const opened = this.#opened.get(modelId) ?? this.#open(modelId);
    this.#opened.set(modelId, opened);
    // It may be there when it is asked for again.
    opened.catch(() => this.#opened.delete(modelId));
    return opened;
  };

  /** The folder of a model by its name, without a version; null where there is none. Rejects with `MODEL_INVALID` where its card is damaged. */
  async find(name: string): Promise<FoundArchiveModel | null> {
    for (const model of this.names) {
      const found = await this.#read(model);
      if (nameOf(found.card.id) === name) return found;
    }
    // A name, not a path.
    if (!/^[\w.-]+$/.test(name)) return null;
    return this.#read(name).catch((error: unknown) => {
      if (isSgapsError(error) && error.code === 'MODEL_NOT_FOUND') return null;
      throw error;
    });
  }

  /** Ends their threads. */
  async close(): Promise<void> {
    this.#closed = true;
    const opened = [...this.#opened.values()];
    await Promise.all(opened.map((model) => model.then((found) => found.close()).catch(() => undefined)));
  }

  async #read(model: string): Promise<FoundArchiveModel> {
    const folder = await openModel(model);
    return { folder, card: parseArchiveModelCard(...(await readCardText(folder))) };
  }

  async #open(modelId: string): Promise<NodeArchiveModel> {
    const found = await this.find(nameOf(modelId));
    if (found === null || found.card.id !== modelId) {
      const instead = found === null ? 'there is none of its name' : `the one of its name is ${found.card.id}`;
      throw new SgapsError(
        'MODEL_NOT_FOUND',
        `The archive model ${modelId} is not here: ${instead}. Install a version of @sgaps/models that has it, or name its folder.`,
      );
    }
    return NodeArchiveModel.open(found.folder, this.options);
  }
}

function nameOf(modelId: string): string {
  return modelId.split('@')[0];
}
