import type { ModelOutput } from '@sgaps/core';
import type { CaptureGrid, SgapsErrorCode } from '@sgaps/protocol';

/** What a model's worker is told. */
export type ToModel =
  | {
      readonly type: 'load';
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly grid: CaptureGrid;
      readonly wasmPaths?: string | undefined;
    }
  | { readonly type: 'run'; readonly run: number; readonly grid: CaptureGrid; readonly planes: Uint8Array };

/** What it answers. */
export type FromModel =
  | { readonly type: 'loaded' }
  | { readonly type: 'refused'; readonly code: SgapsErrorCode; readonly message: string }
  | { readonly type: 'ran'; readonly run: number; readonly output: ModelOutput | null };
