import { Mesh } from '@babylonjs/core/Meshes/mesh.js';
import { VertexData } from '@babylonjs/core/Meshes/mesh.vertexData.js';
import type { Scene } from '@babylonjs/core/scene.js';

/** A point or direction in metres. */
export type Point = readonly [number, number, number];

/** Which part of a texture a quad shows: from (u0, v0) at its first corner to (u1, v1) at its third. */
export type Uv = readonly [number, number, number, number];

/** Collects four-cornered faces and makes one mesh of them. */
export class QuadMesh {
  private readonly positions: number[] = [];
  private readonly normals: number[] = [];
  private readonly uvs: number[] = [];
  private readonly indices: number[] = [];
  private readonly colours: number[] = [];

  /** `painted`: every vertex has the colour that `colour` is set to when its face is added, 0 … 1. */
  constructor(private readonly painted = false) {}

  colour: Point = [1, 1, 1];

  /** One face, corners anticlockwise as seen from outside; without `normals` it is flat. */
  quad(corners: readonly [Point, Point, Point, Point], [u0, v0, u1, v1]: Uv, normals?: readonly Point[]): void {
    const at = this.positions.length / 3;
    const flat = normals ? undefined : normalOf(corners);
    corners.forEach((corner, i) => {
      this.positions.push(...corner);
      this.normals.push(...(flat ?? (normals as readonly Point[])[i]));
      if (this.painted) this.colours.push(...this.colour, 1);
    });
    this.uvs.push(u0, v0, u1, v0, u1, v1, u0, v1);
    this.indices.push(at, at + 1, at + 2, at, at + 2, at + 3);
  }

  /** An upright box from corner to corner; its texture repeats every `tile` metres. `faces` picks sides (`s`, `n`) and top (`t`). */
  box([x0, y0, z0]: Point, [x1, y1, z1]: Point, tile: number, faces = 'st'): void {
    const wide = (x1 - x0) / tile;
    const deep = (z1 - z0) / tile;
    const low = y0 / tile;
    const high = y1 / tile;
    if (faces.includes('s')) this.sides([x0, y0, z0], [x1, y1, z1], [wide, deep], [low, high]);
    if (faces.includes('t'))
      this.quad(
        [
          [x0, y1, z0],
          [x1, y1, z0],
          [x1, y1, z1],
          [x0, y1, z1],
        ],
        [x0 / tile, z0 / tile, x0 / tile + wide, z0 / tile + deep],
      );
  }

  /** The four sides of a box; each shows `across` repeats (east–west sides the second) from `up[0]` to `up[1]`. */
  sides(
    [x0, y0, z0]: Point,
    [x1, y1, z1]: Point,
    [wide, deep]: readonly [number, number],
    [low, high]: readonly [number, number],
  ): void {
    this.quad(
      [
        [x0, y0, z0],
        [x1, y0, z0],
        [x1, y1, z0],
        [x0, y1, z0],
      ],
      [0, low, wide, high],
    );
    this.quad(
      [
        [x1, y0, z1],
        [x0, y0, z1],
        [x0, y1, z1],
        [x1, y1, z1],
      ],
      [0, low, wide, high],
    );
    this.quad(
      [
        [x1, y0, z0],
        [x1, y0, z1],
        [x1, y1, z1],
        [x1, y1, z0],
      ],
      [0, low, deep, high],
    );
    this.quad(
      [
        [x0, y0, z1],
        [x0, y0, z0],
        [x0, y1, z0],
        [x0, y1, z1],
      ],
      [0, low, deep, high],
    );
  }

  /** A standing cone frustum with `count` sides. */
  frustum(
    [x, y, z]: Point,
    [bottom, top]: readonly [number, number],
    height: number,
    count: number,
    [around, up]: readonly [number, number],
  ): void {
    const corner = ([dx, , dz]: Point, radius: number, rise: number): Point => [x + dx * radius, y + rise, z + dz * radius];
    for (let i = 0; i < count; i++) {
      // Seen from outside, the left edge has the greater angle. Four sides stand square to the map.
      const angles = [i + 1, i].map((step) => ((step + (count === 4 ? 0.5 : 0)) / count) * Math.PI * 2);
      const [left, right] = angles.map((angle): Point => [Math.sin(angle), (bottom - top) / height, Math.cos(angle)]);
      this.quad(
        [corner(left, bottom, 0), corner(right, bottom, 0), corner(right, top, height), corner(left, top, height)],
        [(i / count) * around, 0, ((i + 1) / count) * around, up],
        count > 4 ? [unit(left), unit(right), unit(right), unit(left)] : undefined,
      );
    }
  }

  /** A ball, squashed by `flat`. */
  ball([x, y, z]: Point, radius: number, flat: number, tile: number): void {
    const columns = 9;
    const rows = 5;
    const point = (column: number, row: number): Point => {
      const around = (column / columns) * Math.PI * 2;
      const up = (row / rows - 0.5) * Math.PI;
      return [Math.sin(around) * Math.cos(up), Math.sin(up), Math.cos(around) * Math.cos(up)];
    };
    for (let i = 0; i < columns * rows; i++) {
      const column = i % columns;
      const row = Math.floor(i / columns);
      const normals = [point(column + 1, row), point(column, row), point(column, row + 1), point(column + 1, row + 1)];
      const [a, b, c, d] = normals.map(([dx, dy, dz]): Point => [x + dx * radius, y + dy * radius * flat, z + dz * radius]);
      const repeat = (radius * 2) / tile;
      this.quad(
        [a, b, c, d],
        [
          ((column * 3) / columns) * repeat,
          (row / rows) * repeat,
          (((column + 1) * 3) / columns) * repeat,
          ((row + 1) / rows) * repeat,
        ],
        normals,
      );
    }
  }

  /** The mesh of everything collected, at the origin. */
  build(name: string, scene: Scene): Mesh {
    const data = new VertexData();
    Object.assign(data, { positions: this.positions, normals: this.normals, uvs: this.uvs, indices: this.indices });
    if (this.painted) data.colors = this.colours;
    const mesh = new Mesh(name, scene);
    data.applyToMesh(mesh);
    mesh.isPickable = false;
    return mesh;
  }
}

function normalOf([a, b, c, d]: readonly [Point, Point, Point, Point]): Point {
  // The diagonals span the face even where two corners coincide, as in a triangle.
  const p: Point = [c[0] - a[0], c[1] - a[1], c[2] - a[2]];
  const q: Point = [d[0] - b[0], d[1] - b[1], d[2] - b[2]];
  return unit([q[1] * p[2] - q[2] * p[1], q[2] * p[0] - q[0] * p[2], q[0] * p[1] - q[1] * p[0]]);
}

function unit([x, y, z]: Point): Point {
  const length = Math.hypot(x, y, z) || 1;
  return [x / length, y / length, z / length];
}
