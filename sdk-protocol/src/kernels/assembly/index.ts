// The kernels that BlockKernels.ts calls.
export { missOf } from './budget';
export { changeOf, compare, errorOf, readCanvas, showSent } from './colours';
export { exactBits } from './exact';
export { readMoved } from './motion';
export { keepPlaces, keepRows, setup, takePlaces, takeRows } from './ring';
export { choose } from './search';
export { advance } from './shade';
export { quantise, rebuild } from './transform';
