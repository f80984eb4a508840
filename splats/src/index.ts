export { type SplatCamera, type SplatImage, splatCamera } from './camera/SplatCamera.js';
export { type HarmonicDegree, harmonicsOf, MOST_SPLATS, makeCloud, type SplatCloud } from './cloud/SplatCloud.js';
