import type { ArchiveGraph, ArchiveModelCard, GraphOutput, GraphTensor, GraphValue } from '@sgaps/core';
import type { RefusalCode } from '../inference/threadMessages.js';

/** What the thread of an archive model needs to begin; it imports none of this project's packages. */
export interface ArchiveThreadSetup {
  /** Folder with `encoder.onnx` and `decoder.onnx`. */
  readonly folder: string;
  readonly sha256: ArchiveModelCard['sha256'];
  /** Intra-op threads. */
  readonly threads: number;
  /** Shared with who ends the thread; see `RunGate`. */
  readonly runGate: SharedArrayBuffer;
}

/** To the thread. */
export type ToArchiveThread = { readonly id: number } & ArchiveRequest;

/** What is asked of it; all but `close` is answered. A graph is opened before it is run. */
export type ArchiveRequest =
  | { readonly kind: 'open'; readonly graph: ArchiveGraph }
  | {
      readonly kind: 'run';
      readonly graph: ArchiveGraph;
      readonly inputs: readonly GraphTensor[];
      readonly outputs: readonly GraphOutput[];
    }
  | { readonly kind: 'close' };

/** Its answers. */
export type FromArchiveThread = { readonly id: number } & (
  | { readonly kind: 'opened'; readonly inputs: readonly GraphValue[]; readonly outputs: readonly GraphValue[] }
  | { readonly kind: 'ran'; readonly outputs: readonly GraphTensor['data'][] }
  | { readonly kind: 'failed'; readonly code: RefusalCode; readonly message: string }
);
