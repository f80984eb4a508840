export { type SplatCamera, type SplatImage, splatCamera } from './camera/SplatCamera.js';
export { type HarmonicDegree, harmonicsOf, MOST_SPLATS, makeCloud, type SplatCloud } from './cloud/SplatCloud.js';
export { readPly } from './files/readPly.js';
export { readSplat } from './files/readSplat.js';
export { writePly } from './files/writePly.js';
export { makeProjectedSplat, NEAR, type ProjectedSplat, projectSplat } from './reference/projectSplat.js';
export { type ReferenceOptions, renderReference } from './reference/renderReference.js';
export { makeScatter } from './synthetic/makeScatter.js';
export { scatterCamera } from './synthetic/scatterCamera.js';
