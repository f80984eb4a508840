import { type PinholeCamera, projectionOf } from '@sgaps/client/view';
import { type Thing, TUBE } from './things.js';

const VERTEX = `#version 300 es
in vec3 corner, normal;
uniform mat4 projection, view, world;
out vec3 facing;
void main() {
  facing = mat3(world) * normal;
  gl_Position = projection * view * world * vec4(corner, 1.0);
}`;
const FRAGMENT = `#version 300 es
precision highp float;
in vec3 facing;
uniform vec3 colour, light;
out vec4 pixel;
void main() {
  pixel = vec4(colour * (0.45 + 0.55 * max(0.0, dot(normalize(facing), light))), 1.0);
}`;
/** Parts of a ring, round it and round its tube. */
const [ROUND, ACROSS] = [64, 16];

interface Shape {
  readonly array: WebGLVertexArrayObject;
  readonly count: number;
}

/** Draws things with plain WebGL2. */
export class ThingPainter {
  private readonly program: WebGLProgram;
  private readonly shapes: Readonly<Record<Thing['kind'], Shape>>;
  private readonly world = new Float32Array(16);

  /** @param up −1 where y points down. */
  constructor(
    private readonly gl: WebGL2RenderingContext,
    private readonly up: 1 | -1,
  ) {
    this.program = link(gl);
    this.shapes = { cube: this.shape(cube()), ring: this.shape(ring()) };
  }

  draw(camera: PinholeCamera, near: number, far: number, things: readonly Thing[], seconds: number): void {
    const { gl, program, world } = this;
    const place = (name: string) => gl.getUniformLocation(program, name);
    gl.enable(gl.DEPTH_TEST);
    gl.useProgram(program);
    gl.uniformMatrix4fv(place('projection'), false, projectionOf(camera, near, far));
    gl.uniformMatrix4fv(place('view'), false, camera.view);
    gl.uniform3f(place('light'), -0.42, 0.76 * this.up, 0.5 * this.up);
    for (const { kind, colour, size, place: placeOf } of things) {
      const { at, turn } = placeOf(seconds);
      const [cos, sin] = [size * Math.cos(turn), size * Math.sin(turn)];
      world.set([cos, 0, -sin, 0, 0, size, 0, 0, sin, 0, cos, 0, ...at, 1]);
      gl.uniformMatrix4fv(place('world'), false, world);
      gl.uniform3f(place('colour'), colour[0] / 255, colour[1] / 255, colour[2] / 255);
      const { array, count } = this.shapes[kind];
      gl.bindVertexArray(array);
      gl.drawArrays(gl.TRIANGLES, 0, count);
    }
    gl.bindVertexArray(null);
  }

  private shape(corners: readonly number[]): Shape {
    const { gl, program } = this;
    const array = gl.createVertexArray();
    gl.bindVertexArray(array);
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array(corners), gl.STATIC_DRAW);
    for (const [name, offset] of [
      ['corner', 0],
      ['normal', 12],
    ] as const) {
      const at = gl.getAttribLocation(program, name);
      gl.enableVertexAttribArray(at);
      gl.vertexAttribPointer(at, 3, gl.FLOAT, false, 24, offset);
    }
    gl.bindVertexArray(null);
    return { array, count: corners.length / 6 };
  }
}

function link(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ] as const) {
    const shader = gl.createShader(type) as WebGLShader;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  return program;
}

/** Of side 1: corner and normal of each triangle. */
function cube(): number[] {
  const out: number[] = [];
  for (const axis of [0, 1, 2])
    for (const side of [-0.5, 0.5]) {
      const normal = [0, 0, 0];
      normal[axis] = 2 * side;
      const corner = (a: number, b: number) => {
        const at = [0, 0, 0];
        at[axis] = side;
        at[(axis + 1) % 3] = a;
        at[(axis + 2) % 3] = b;
        return [...at, ...normal];
      };
      quad(out, corner(-0.5, -0.5), corner(0.5, -0.5), corner(0.5, 0.5), corner(-0.5, 0.5));
    }
  return out;
}

/** A torus 1 across, lying level. */
function ring(): number[] {
  const out: number[] = [];
  const corner = (i: number, j: number) => {
    const [a, b] = [(2 * Math.PI * i) / ROUND, (2 * Math.PI * j) / ACROSS];
    const out = 0.5 + (TUBE / 2) * Math.cos(b);
    return [
      out * Math.cos(a),
      (TUBE / 2) * Math.sin(b),
      out * Math.sin(a),
      Math.cos(b) * Math.cos(a),
      Math.sin(b),
      Math.cos(b) * Math.sin(a),
    ];
  };
  for (let i = 0; i < ROUND; i++)
    for (let j = 0; j < ACROSS; j++) quad(out, corner(i, j), corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1));
  return out;
}

function quad(out: number[], a: readonly number[], b: readonly number[], c: readonly number[], d: readonly number[]): void {
  out.push(...a, ...b, ...c, ...a, ...c, ...d);
}
