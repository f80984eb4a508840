// The kernels that BlockKernels.ts calls.
export { changeOf, compare, errorOf, readCanvas, showSent } from './colours';
export { readMoved } from './motion';
export { keepPlaces, keepRows, setup, takePlaces, takeRows } from './ring';
export { choose, search } from './search';
export { quantise, rebuild } from './transform';
