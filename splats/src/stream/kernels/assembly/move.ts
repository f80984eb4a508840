// Moves a chunk of Gaussians by one frame. As docs/protocol/streamed-splats.md.
import {
  BOUNDS_AT,
  INPUTS_AT,
  LAYER,
  LAYERS_AT,
  LEVEL,
  LEVELS_AT,
  OUTPUTS_AT,
  PLACE,
  PLACES_AT,
  POSITIONS_AT,
  ROW,
  TURNS_AT,
} from '../layout';
import { layer } from './layer';
import { lookUp } from './lookUp';

/** Where in the bounds each Gaussian lies, 0 to 1 on each axis; x is −1 outside. Those that lie inside. */
function enter(count: i32): i32 {
  let position: usize = POSITIONS_AT;
  let place: usize = PLACES_AT;
  let inside = 0;
  for (let at = 0; at < count; at++, position += 12, place += PLACE) {
    const x = (<f64>load<f32>(position) - load<f64>(BOUNDS_AT)) / load<f64>(BOUNDS_AT, 24);
    const y = (<f64>load<f32>(position, 4) - load<f64>(BOUNDS_AT, 8)) / load<f64>(BOUNDS_AT, 32);
    const z = (<f64>load<f32>(position, 8) - load<f64>(BOUNDS_AT, 16)) / load<f64>(BOUNDS_AT, 40);
    const isInside = x >= 0 && x <= 1 && y >= 0 && y <= 1 && z >= 0 && z <= 1;
    store<f64>(place, isInside ? x : -1);
    store<f64>(place, y, 8);
    store<f64>(place, z, 16);
    if (isInside) inside++;
  }
  return inside;
}

/** One Gaussian goes where the MLP says. What is no number any more stays where it was. */
function leave(value: usize, position: usize, turn: usize): void {
  const x = load<f32>(position) + load<f32>(value);
  const y = load<f32>(position, 4) + load<f32>(value, 4);
  const z = load<f32>(position, 8) + load<f32>(value, 8);
  // Doubles: the square of the largest float is one.
  const aw = 1 + <f64>load<f32>(value, 12);
  const ax = <f64>load<f32>(value, 16);
  const ay = <f64>load<f32>(value, 20);
  const az = <f64>load<f32>(value, 24);
  const size = Math.sqrt(aw * aw + ax * ax + ay * ay + az * az);
  const bw = <f64>load<f32>(turn);
  const bx = <f64>load<f32>(turn, 4);
  const by = <f64>load<f32>(turn, 8);
  const bz = <f64>load<f32>(turn, 12);
  const w = aw * bw - ax * bx - ay * by - az * bz;
  const i = aw * bx + ax * bw + ay * bz - az * by;
  const j = aw * by - ax * bz + ay * bw + az * bx;
  const k = aw * bz + ax * by - ay * bx + az * bw;
  const length = Math.sqrt(w * w + i * i + j * j + k * k);
  if (!Number.isFinite(x + y + z) || !Number.isFinite(length)) return;
  store<f32>(position, x);
  store<f32>(position, y, 4);
  store<f32>(position, z, 8);
  // A quaternion of no length turns nothing.
  if (size < 1e-12) return;
  store<f32>(turn, <f32>(w / length));
  store<f32>(turn, <f32>(i / length), 4);
  store<f32>(turn, <f32>(j / length), 8);
  store<f32>(turn, <f32>(k / length), 12);
}

function isInside(at: i32): bool {
  return load<f64>(<usize>(PLACES_AT + PLACE * at)) >= 0;
}

/** `count` Gaussians; rows of features, `row` bytes each, are put at `rows`, where there is room for a multiple of 4. */
export function move(count: i32, levels: i32, features: i32, layers: i32, rows: usize, row: usize): void {
  if (enter(count) === 0) return;
  for (let at = 0; at < levels; at++)
    lookUp(count, PLACES_AT, <usize>(LEVELS_AT + LEVEL * at), features, rows + <usize>(4 * features * at), row);
  for (let first = 0; first < count; first += 4) {
    const end = min(count, first + 4);
    let inside = false;
    for (let at = first; at < end; at++) inside = inside || isInside(at);
    if (!inside) continue;
    let from = rows + <usize>first * row;
    let step = row;
    let into: usize = INPUTS_AT;
    for (let at = 0; at < layers; at++) {
      const about: usize = <usize>(LAYERS_AT + LAYER * at);
      layer(from, step, load<i32>(about), <usize>load<u32>(about, 8), load<i32>(about, 4), into, at < layers - 1);
      from = into;
      step = ROW;
      into = from === INPUTS_AT ? OUTPUTS_AT : INPUTS_AT;
    }
    for (let at = first; at < end; at++, from += ROW)
      if (isInside(at)) leave(from, <usize>(POSITIONS_AT + 12 * at), <usize>(TURNS_AT + 16 * at));
  }
}
