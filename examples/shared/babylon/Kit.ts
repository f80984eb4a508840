import type { Material } from '@babylonjs/core/Materials/material.js';
import type { Mesh } from '@babylonjs/core/Meshes/mesh.js';
import type { Scene } from '@babylonjs/core/scene.js';
import { hex } from './colour.js';
import { type Point, QuadMesh } from './QuadMesh.js';

/** Puts painted boxes and balls together; everything looks along +z and stands on y = 0. */
export class Kit {
  private readonly faces = new QuadMesh(true);

  box(colour: string, low: Point, high: Point): this {
    this.paint(colour);
    const [x0, y0, z0] = low;
    const [x1, y1, z1] = high;
    this.faces.sides(low, high, [x1 - x0, z1 - z0], [0, y1 - y0]);
    const uv = [0, 0, x1 - x0, z1 - z0] as const;
    this.faces.quad(
      [
        [x0, y1, z0],
        [x1, y1, z0],
        [x1, y1, z1],
        [x0, y1, z1],
      ],
      uv,
    );
    this.faces.quad(
      [
        [x0, y0, z1],
        [x1, y0, z1],
        [x1, y0, z0],
        [x0, y0, z0],
      ],
      uv,
    );
    return this;
  }

  /** The same box on both sides, mirrored at x = 0. */
  pair(colour: string, low: Point, high: Point): this {
    return this.box(colour, low, high).box(colour, [-high[0], low[1], low[2]], [-low[0], high[1], high[2]]);
  }

  ball(colour: string, centre: Point, radius: number, flat = 1): this {
    this.paint(colour);
    this.faces.ball(centre, radius, flat, 1.5);
    return this;
  }

  cone(colour: string, foot: Point, radii: readonly [number, number], height: number, sides = 8): this {
    this.paint(colour);
    this.faces.frustum(foot, radii, height, sides, [1, 1]);
    return this;
  }

  build(name: string, material: Material, scene: Scene): Mesh {
    const mesh = this.faces.build(name, scene);
    mesh.material = material;
    return mesh;
  }

  private paint(colour: string): void {
    const [red, green, blue] = hex(colour);
    this.faces.colour = [red / 255, green / 255, blue / 255];
  }
}
