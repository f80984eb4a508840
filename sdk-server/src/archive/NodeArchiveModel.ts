import { availableParallelism } from 'node:os';
import { GraphArchiveModel, parseArchiveModelCard } from '@sgaps/core';
import { SgapsError } from '@sgaps/protocol';
import { openModel } from '../inference/openModel.js';
import { readCardText } from '../inference/readCard.js';
import { ArchiveThread } from './ArchiveThread.js';

/**
 * How an archive model is run.
 *
 * @example
 * ```ts
 * const options: NodeArchiveModelOptions = { threads: 2 };
 * ```
 */
export interface NodeArchiveModelOptions {
  /** Threads of a run, at least 1. Default: the cores, at most 4. */
  readonly threads?: number;
}

/**
 * HST-MAE on onnxruntime-node's CPU provider, in a thread beside Node's own: a caller's thread is free while a pair is computed. The encoder is loaded when a pair is first
 * encoded; who plays needs the decoder alone.
 *
 * @example
 * ```ts
 * const model = await NodeArchiveModel.open('hst-mae-tiny', { threads: 2 });
 * const encoder = new ArchiveEncoder(reader.header, { model });
 * ```
 */
export class NodeArchiveModel extends GraphArchiveModel {
  /**
   * Opens a model by its name in `@sgaps/models`, or by the path of its folder, and runs its decoder once.
   *
   * @throws SgapsError `MODEL_NOT_FOUND`, `MODEL_INVALID`, `PROVIDER_UNAVAILABLE` without onnxruntime-node, `ARGUMENT_INVALID`
   */
  static async open(name: string, { threads = Math.min(4, availableParallelism()) }: NodeArchiveModelOptions = {}) {
    if (!Number.isInteger(threads) || threads < 1)
      throw new SgapsError('ARGUMENT_INVALID', `\`threads\` is ${threads}, it must be a whole number of at least 1.`);
    const folder = await openModel(name);
    const card = parseArchiveModelCard(...(await readCardText(folder)));
    const model = new NodeArchiveModel(card, new ArchiveThread(folder, card, threads));
    try {
      await model.warmUp();
      return model;
    } catch (error) {
      await model.close();
      throw error;
    }
  }
}
