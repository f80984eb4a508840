export type { MaskPredicate } from './MaskBook.js';
export type { SgapsRecorderOptions } from './options.js';
export { SgapsRecorder } from './SgapsRecorder.js';
export type { GuiControl, ScreenThing } from './screenThings.js';
