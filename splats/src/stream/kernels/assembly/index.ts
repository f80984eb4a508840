// The kernels that StreamKernels.ts calls.
export { move } from './move';
export { turn } from './turn';
