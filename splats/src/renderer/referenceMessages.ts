import type { ByteImage, SplatCamera, SplatImage } from '../camera/SplatCamera.js';
import type { CloudChanges } from '../cloud/CloudChanges.js';
import type { SplatCloud } from '../cloud/SplatCloud.js';

/** What the thread that draws without a GPU is asked; it answers a camera by a picture, one after the other. */
export type ToReference =
  | { readonly cloud: SplatCloud }
  | { readonly changes: CloudChanges }
  | { readonly camera: SplatCamera; readonly colours: 'floats' | 'bytes' };

/** What it answers. */
export type FromReference =
  | { readonly image: SplatImage | ByteImage }
  | { readonly failed: { readonly code: string; readonly message: string } };
