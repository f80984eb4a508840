import type { SgapsErrorCode } from '@sgaps/protocol';
import type { RecordingSplats } from './replaySplats.js';

/** What the thread that builds splats is started with. */
export interface SplatsSetup {
  readonly path: string;
}

/** What it tells; `built` or `failed` is the last. */
export type FromSplats =
  | { readonly kind: 'share'; readonly share: number }
  | { readonly kind: 'built'; readonly splats: RecordingSplats }
  | { readonly kind: 'failed'; readonly code: SgapsErrorCode; readonly message: string };
