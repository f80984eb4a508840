import { type PinholeCamera, projectionOf } from '@sgaps/client/view';

export const BOX_SIDE = 0.4;

/** A box of 0.4 at a place of the remote world, in one colour. */
export interface Box {
  readonly at: readonly [number, number, number];
  readonly colour: readonly [number, number, number];
  /** Babylon's rendering group; 0. */
  readonly group?: number;
}

/** Leaves state behind that changes what textures take and what is drawn. */
export function untidy(gl: WebGL2RenderingContext): void {
  gl.pixelStorei(gl.UNPACK_ROW_LENGTH, 5000);
  for (const skip of [gl.UNPACK_SKIP_PIXELS, gl.UNPACK_SKIP_ROWS, gl.UNPACK_SKIP_IMAGES]) gl.pixelStorei(skip, 3);
  const buffer = gl.createBuffer();
  gl.bindBuffer(gl.PIXEL_UNPACK_BUFFER, buffer);
  gl.bufferData(gl.PIXEL_UNPACK_BUFFER, 16, gl.STREAM_DRAW);
  // Its filter needs smaller copies, which frames have none of.
  const sampler = gl.createSampler();
  for (let unit = 0; unit < 3; unit++) gl.bindSampler(unit, sampler);
  gl.colorMask(false, true, false, true);
}

/** Boxes of one colour each, by WebGL2 alone. */
export class BoxPainter {
  private readonly program: WebGLProgram;
  private readonly corners: WebGLVertexArrayObject;

  constructor(private readonly gl: WebGL2RenderingContext) {
    const program = gl.createProgram();
    const stage = (type: number, source: string) => {
      const shader = gl.createShader(type) as WebGLShader;
      gl.shaderSource(shader, `#version 300 es\nprecision highp float;\n${source}`);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    };
    stage(
      gl.VERTEX_SHADER,
      'in vec3 corner; uniform mat4 projection, view; uniform vec3 at; void main() { gl_Position = projection * view * vec4(at + corner, 1.0); }',
    );
    stage(gl.FRAGMENT_SHADER, 'uniform vec3 colour; out vec4 o; void main() { o = vec4(colour, 1.0); }');
    gl.linkProgram(program);
    this.program = program;
    this.corners = gl.createVertexArray();
    gl.bindVertexArray(this.corners);
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, boxTriangles(BOX_SIDE / 2), gl.STATIC_DRAW);
    const place = gl.getAttribLocation(program, 'corner');
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(place, 3, gl.FLOAT, false, 0, 0);
    gl.bindVertexArray(null);
  }

  draw(camera: PinholeCamera, near: number, far: number, boxes: readonly Box[]): void {
    const { gl, program } = this;
    const place = (name: string) => gl.getUniformLocation(program, name);
    gl.enable(gl.DEPTH_TEST);
    gl.useProgram(program);
    gl.bindVertexArray(this.corners);
    gl.uniformMatrix4fv(place('projection'), false, projectionOf(camera, near, far));
    gl.uniformMatrix4fv(place('view'), false, camera.view);
    for (const { at, colour } of boxes) {
      gl.uniform3f(place('at'), ...at);
      gl.uniform3f(place('colour'), colour[0] / 255, colour[1] / 255, colour[2] / 255);
      gl.drawArrays(gl.TRIANGLES, 0, 36);
    }
    gl.bindVertexArray(null);
  }
}

function boxTriangles(half: number): Float32Array {
  const corners: number[] = [];
  for (const axis of [0, 1, 2]) {
    for (const side of [-half, half]) {
      const corner = (a: number, b: number) => {
        const point = [0, 0, 0];
        point[axis] = side;
        point[(axis + 1) % 3] = a;
        point[(axis + 2) % 3] = b;
        return point;
      };
      const [a, b, c, d] = [corner(-half, -half), corner(half, -half), corner(half, half), corner(-half, half)];
      corners.push(...a, ...b, ...c, ...a, ...c, ...d);
    }
  }
  return new Float32Array(corners);
}
