import type { ByteImage, Colours, SplatCamera, SplatImage } from '../camera/SplatCamera.js';
import type { SplatCloud } from '../cloud/SplatCloud.js';

/** Rows of a picture from `first` up to `end`, itself excluded. */
export interface RowsWanted {
  readonly camera: SplatCamera;
  readonly colours: Colours;
  readonly first: number;
  readonly end: number;
}

/**
 * What a thread that draws without a GPU is asked: to take a renderer's cloud, whose arrays are shared, so that changes of them are seen; to forget it; and rows of a picture of it, which it
 * answers one after the other.
 */
export type ToReference =
  | { readonly renderer: number; readonly cloud: SplatCloud }
  | { readonly renderer: number; readonly forget: true }
  | { readonly renderer: number; readonly task: number; readonly rows: RowsWanted };

/** What it answers to a task. */
export type FromReference = { readonly task: number } & (
  | { readonly image: SplatImage | ByteImage }
  | { readonly failed: { readonly code: string; readonly message: string } }
);
