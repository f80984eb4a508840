/** A point in space or a direction. */
export type Vector = readonly [number, number, number];

/** Where a splat lies and what it looks like. It is written anew for each. */
export interface SurfacePoint {
  readonly position: Float64Array;
  /** Out of what is solid, of length 1. */
  readonly normal: Float64Array;
  /** In [0, 1], as if lit evenly. */
  readonly colour: Float64Array;
  /** How much of a lamp it mirrors, 0 to 1. */
  gloss: number;
}

/** A painted part of the scene. */
export interface Surface {
  readonly area: number;
  /** Sets the point at (s, t), both in [0, 1), evenly over the area. */
  at(s: number, t: number, point: SurfacePoint): void;
}

/** Colour by place on a surface, in the scene's unit from its corner. */
type Paint = (along: number, across: number, colour: Float64Array) => void;

/** Two colours in squares. */
export function checks(side: number, light: Vector, dark: Vector): Paint {
  return (along, across, colour) => colour.set((Math.floor(along / side) + Math.floor(across / side)) % 2 === 0 ? light : dark);
}

/** Boards with a grain. */
export function boards(width: number, base: Vector): Paint {
  return (along, across, colour) => {
    const board = Math.floor(across / width);
    const grain = 0.85 + 0.1 * Math.sin(9 * along + 5 * Math.sin(3 * across + board)) + 0.06 * ((board * 7) % 3);
    for (let channel = 0; channel < 3; channel++) colour[channel] = base[channel] * grain;
  };
}

/** Slow waves between two colours. */
export function waves(one: Vector, other: Vector): Paint {
  return (along, across, colour) => {
    const share = 0.5 + 0.25 * Math.sin(2.1 * along) + 0.25 * Math.sin(1.7 * across + along);
    for (let channel = 0; channel < 3; channel++) colour[channel] = share * one[channel] + (1 - share) * other[channel];
  };
}

/** A parallelogram from a corner; its normal is along × across. */
export function sheet(corner: Vector, along: Vector, across: Vector, gloss: number, paint: Paint): Surface {
  const normal = [
    along[1] * across[2] - along[2] * across[1],
    along[2] * across[0] - along[0] * across[2],
    along[0] * across[1] - along[1] * across[0],
  ];
  const area = Math.hypot(...normal);
  const [length, width] = [Math.hypot(...along), Math.hypot(...across)];
  return {
    area,
    at(s, t, point) {
      for (let axis = 0; axis < 3; axis++) {
        point.position[axis] = corner[axis] + s * along[axis] + t * across[axis];
        point.normal[axis] = normal[axis] / area;
      }
      paint(s * length, t * width, point.colour);
      point.gloss = gloss;
    },
  };
}

/** A ball. */
export function ball(centre: Vector, radius: number, gloss: number, paint: Paint): Surface {
  return {
    area: 4 * Math.PI * radius * radius,
    at(s, t, point) {
      const height = 2 * t - 1;
      const around = 2 * Math.PI * s;
      const ring = Math.sqrt(1 - height * height);
      point.normal.set([ring * Math.cos(around), height, ring * Math.sin(around)]);
      for (let axis = 0; axis < 3; axis++) point.position[axis] = centre[axis] + radius * point.normal[axis];
      paint(around * radius, height * radius + radius, point.colour);
      point.gloss = gloss;
    },
  };
}

/** The four sides and the top of a block on the ground; y is down. */
export function block(low: Vector, high: Vector, gloss: number, paint: Paint): Surface[] {
  const [x, y, z] = [high[0] - low[0], high[1] - low[1], high[2] - low[2]];
  return [
    sheet(low, [0, 0, z], [0, y, 0], gloss, paint),
    sheet(low, [0, y, 0], [x, 0, 0], gloss, paint),
    sheet(high, [0, -y, 0], [0, 0, -z], gloss, paint),
    sheet(high, [-x, 0, 0], [0, -y, 0], gloss, paint),
    sheet(low, [x, 0, 0], [0, 0, z], gloss, paint),
  ];
}
