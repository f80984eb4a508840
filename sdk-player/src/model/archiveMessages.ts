import type { GraphOutput, GraphTensor, GraphValue } from '@sgaps/core';
import type { SgapsErrorCode } from '@sgaps/protocol';

/** What the worker of an archive's decoder is told. */
export type ToArchiveModel =
  | { readonly type: 'load'; readonly bytes: Uint8Array<ArrayBuffer>; readonly wasmPaths?: string | undefined }
  | {
      readonly type: 'run';
      readonly run: number;
      readonly inputs: readonly GraphTensor[];
      readonly outputs: readonly GraphOutput[];
    };

/** What it answers. */
export type FromArchiveModel =
  | { readonly type: 'loaded'; readonly inputs: readonly GraphValue[]; readonly outputs: readonly GraphValue[] }
  | { readonly type: 'refused'; readonly code: SgapsErrorCode; readonly message: string }
  | { readonly type: 'ran'; readonly run: number; readonly outputs: readonly GraphTensor['data'][] }
  | { readonly type: 'failed'; readonly run: number; readonly message: string };
