/**
 * The scene `room`, which needs no data: a hall with columns and a ball, right to the pixel for any camera. y points down. `sgaps renderer --extensions scenes --scene room` serves it.
 */
const FLOOR = 1.2;
const [LEFT, RIGHT, BACK, FRONT] = [-6, 6, 9, -7];
const RIM = -2.6;
const BALL = { x: 0, y: 0.1, z: 3, radius: 1.1 };
/** Columns: middle x and z; half a side; from the floor up to the rim. */
const COLUMNS = [
  [-3.2, 5.5],
  [3.2, 5.5],
  [-3.2, 0.5],
  [3.2, 0.5],
];
const HALF = 0.45;
const SUN = [-0.42, -0.76, -0.5];

class Room {
  width = 640;
  height = 360;

  async onInit() {
    return { width: this.width, height: this.height, about: { target: [BALL.x, BALL.y, BALL.z], distance: 7.5 } };
  }

  resize(width, height) {
    this.width = width;
    this.height = height;
  }

  async render({ view: v, intrinsics }) {
    const { width, height } = this;
    const [fx, fy, cx, cy] = [intrinsics[0], intrinsics[5], intrinsics[8], intrinsics[9]];
    const colour = new Uint8Array(3 * width * height);
    const depth = new Float32Array(width * height);
    const ray = new Ray(
      -(v[0] * v[12] + v[1] * v[13] + v[2] * v[14]),
      -(v[4] * v[12] + v[5] * v[13] + v[6] * v[14]),
      -(v[8] * v[12] + v[9] * v[13] + v[10] * v[14]),
    );
    for (let row = 0, i = 0; row < height; row++) {
      const down = (row + 0.5 - cy) / fy;
      for (let column = 0; column < width; column++, i++) {
        const right = (column + 0.5 - cx) / fx;
        // A step along the camera's axis: how often it is taken is the depth.
        ray.aim(v[0] * right + v[1] * down + v[2], v[4] * right + v[5] * down + v[6], v[8] * right + v[9] * down + v[10]);
        depth[i] = ray.far;
        ray.paint(colour, 3 * i);
      }
    }
    return { width, height, colour, depth, alpha: null, metadata: {} };
  }

  async onShutdown() {
    // Nothing is held.
  }
}

/** Looks from one place into directions; knows what it met. */
class Ray {
  far = Infinity;
  kind = 0;
  dx = 0;
  dy = 0;
  dz = 0;
  nx = 0;
  ny = 0;
  nz = 0;

  constructor(x, y, z) {
    this.x = x;
    this.y = y;
    this.z = z;
  }

  aim(dx, dy, dz) {
    this.dx = dx;
    this.dy = dy;
    this.dz = dz;
    this.far = Infinity;
    this.kind = 0;
    this.plane(1, (FLOOR - this.y) / dy, 0, -1, 0);
    this.plane(2, ((dx < 0 ? LEFT : RIGHT) - this.x) / dx, dx < 0 ? 1 : -1, 0, 0);
    this.plane(3, ((dz < 0 ? FRONT : BACK) - this.z) / dz, 0, 0, dz < 0 ? 1 : -1);
    for (let i = 0; i < COLUMNS.length; i++) this.column(COLUMNS[i][0], COLUMNS[i][1]);
    this.ball();
  }

  /** Floor and walls, which end at the rim and at each other. */
  plane(kind, far, nx, ny, nz) {
    if (!(far > 0 && far < this.far)) return;
    const [x, y, z] = [this.x + far * this.dx, this.y + far * this.dy, this.z + far * this.dz];
    if (x < LEFT - 1e-6 || x > RIGHT + 1e-6 || z < FRONT - 1e-6 || z > BACK + 1e-6 || y < RIM || y > FLOOR + 1e-6) return;
    this.meet(kind, far, nx, ny, nz);
  }

  column(mx, mz) {
    const [ax, bx] = ends(mx - HALF, mx + HALF, this.x, this.dx);
    const [az, bz] = ends(mz - HALF, mz + HALF, this.z, this.dz);
    const far = Math.max(ax, az);
    if (!(far > 0 && far < this.far && far <= Math.min(bx, bz))) return;
    const y = this.y + far * this.dy;
    if (y < RIM || y > FLOOR) return;
    if (ax > az) this.meet(4, far, this.dx < 0 ? 1 : -1, 0, 0);
    else this.meet(4, far, 0, 0, this.dz < 0 ? 1 : -1);
  }

  ball() {
    const [x, y, z] = [this.x - BALL.x, this.y - BALL.y, this.z - BALL.z];
    const a = this.dx * this.dx + this.dy * this.dy + this.dz * this.dz;
    const b = this.dx * x + this.dy * y + this.dz * z;
    const root = b * b - a * (x * x + y * y + z * z - BALL.radius * BALL.radius);
    if (root < 0) return;
    const far = (-b - Math.sqrt(root)) / a;
    if (!(far > 0 && far < this.far)) return;
    const r = BALL.radius;
    this.meet(5, far, (x + far * this.dx) / r, (y + far * this.dy) / r, (z + far * this.dz) / r);
  }

  meet(kind, far, nx, ny, nz) {
    this.kind = kind;
    this.far = far;
    this.nx = nx;
    this.ny = ny;
    this.nz = nz;
  }

  paint(colour, to) {
    const { kind, far } = this;
    if (kind === 0) {
      const up = Math.max(0, -this.dy / Math.hypot(this.dx, this.dy, this.dz));
      return set(colour, to, 150 - 90 * up, 178 - 80 * up, 214 - 50 * up);
    }
    const [x, y, z] = [this.x + far * this.dx, this.y + far * this.dy, this.z + far * this.dz];
    const light = 0.45 + 0.55 * Math.max(0, this.nx * SUN[0] + this.ny * SUN[1] + this.nz * SUN[2]);
    if (kind === 1) {
      const tile = (Math.floor(x) + Math.floor(z)) & 1;
      const grain = 12 * Math.sin(5 * x + 3 * Math.sin(z)) * Math.sin(4 * z);
      // Darker where the ball and the columns stand.
      const near = Math.min(1, 0.35 + Math.hypot(x - BALL.x, z - BALL.z) / 2.6);
      return set(
        colour,
        to,
        (tile ? 176 : 104) * near + grain,
        (tile ? 158 : 92) * near + grain,
        (tile ? 132 : 84) * near + grain,
      );
    }
    if (kind === 5) {
      const stripe = Math.sin(9 * (y + 0.4 * Math.sin(2 * Math.atan2(z - BALL.z, x)))) > 0 ? 1 : 0.72;
      return set(colour, to, 70 * light * stripe, 150 * light * stripe, 190 * light * stripe);
    }
    // Bricks, along whichever way the wall goes.
    const along = this.nx === 0 ? x : z;
    const course = Math.floor(y * 3);
    const brick = along * 1.5 + (course & 1) * 0.5;
    const joint = y * 3 - course < 0.08 || brick - Math.floor(brick) < 0.05;
    const shade = 0.86 + 0.14 * Math.sin(12.9898 * Math.floor(brick) + 78.233 * course);
    const base = kind === 4 ? [196, 176, 150] : kind === 2 ? [164, 96, 78] : [150, 104, 92];
    const k = joint ? 0.55 * light : shade * light;
    return set(colour, to, base[0] * k, base[1] * k, base[2] * k);
  }
}

/** Where a line enters and leaves what lies between two planes. */
function ends(low, high, from, step) {
  const [a, b] = [(low - from) / step, (high - from) / step];
  return a < b ? [a, b] : [b, a];
}

function set(colour, to, r, g, b) {
  colour[to] = r < 0 ? 0 : r > 255 ? 255 : r;
  colour[to + 1] = g < 0 ? 0 : g > 255 ? 255 : g;
  colour[to + 2] = b < 0 ? 0 : b > 255 ? 255 : b;
}

export default (registry) => registry.registerScene('room', () => new Room());
