import type { SplatCamera, SplatImage } from '../camera/SplatCamera.js';
import type { SplatCloud } from '../cloud/SplatCloud.js';

/** What the thread that draws without a GPU is asked; it answers a camera by a picture, one after the other. */
export type ToReference = { readonly cloud: SplatCloud } | { readonly camera: SplatCamera };

/** What it answers. */
export type FromReference =
  | { readonly image: SplatImage }
  | { readonly failed: { readonly code: string; readonly message: string } };
