import type { ByteImage, Colours, SplatCamera, SplatImage } from '../camera/SplatCamera.js';
import type { SplatCloud } from '../cloud/SplatCloud.js';

/** Rows of a picture from `first` up to `end`, itself excluded. */
export interface RowsWanted {
  readonly camera: SplatCamera;
  readonly colours: Colours;
  readonly first: number;
  readonly end: number;
}

/** What a thread that draws without a GPU is asked; it answers rows by a picture of them. A cloud's arrays are shared, so that changes of them are seen. */
export type ToReference = { readonly cloud: SplatCloud } | RowsWanted;

/** What it answers. */
export type FromReference =
  | { readonly image: SplatImage | ByteImage }
  | { readonly failed: { readonly code: string; readonly message: string } };
