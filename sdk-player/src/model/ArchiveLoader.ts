import { SgapsError } from '@sgaps/protocol';
import type { ModelSource } from './ModelFile.js';
import { WebArchiveModel } from './WebArchiveModel.js';
import type { WebModelOptions } from './WebModel.js';

/** Loads the model that an archive names, when it is first needed. */
export class ArchiveLoader {
  #loaded: { readonly modelId: string; readonly model: Promise<WebArchiveModel> } | null = null;
  #disposed = false;

  /** @param source Of its address, `{name}` stands for the model's name; null: there is none. */
  constructor(
    private readonly source: ModelSource | null,
    private readonly options: Pick<WebModelOptions, 'wasmPaths'>,
  ) {}

  /** The model name@version; it stays the loader's. Rejects with `MODEL_NOT_FOUND`, and as `WebArchiveModel.load`. */
  readonly get = (modelId: string): Promise<WebArchiveModel> => {
    if (this.#loaded?.modelId === modelId) return this.#loaded.model;
    const model = this.#load(modelId);
    this.#loaded = { modelId, model };
    // It may be there when it is asked for again.
    model.catch(() => {
      this.#loaded = null;
    });
    return model;
  };

  async dispose(): Promise<void> {
    this.#disposed = true;
    const model = await this.#loaded?.model.catch(() => null);
    await model?.close();
  }

  async #load(modelId: string): Promise<WebArchiveModel> {
    if (this.#disposed) throw new SgapsError('CLOSED', 'The player is closed.');
    if (this.source === null)
      throw new SgapsError(
        'MODEL_NOT_FOUND',
        `This recording is an archive of ${modelId}; give the player its address as \`archiveModel\`.`,
      );
    const model = await WebArchiveModel.load(sourceOf(this.source, modelId), this.options);
    if (model.id === modelId) return model;
    await model.close();
    throw new SgapsError(
      'MODEL_NOT_FOUND',
      `This recording is an archive of ${modelId}, and the model that was given is ${model.id}.`,
    );
  }
}

/** The source of one model: an address may be that of many. */
export function sourceOf(source: ModelSource, modelId: string): ModelSource {
  if (!(typeof source === 'string' || source instanceof URL)) return source;
  // As it stands in an address that was made absolute, too.
  return String(source).replace(/\{name\}|%7Bname%7D/gi, encodeURIComponent(modelId.split('@')[0]));
}
