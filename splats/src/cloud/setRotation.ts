/**
 * Sets a unit quaternion from one of any length. One of length 0 does not turn: the rotation matrix of 3DGS makes of it what it makes of 1, 0, 0, 0.
 */
export function setRotation(rotations: Float32Array, at: number, w: number, x: number, y: number, z: number): void {
  const largest = Math.max(Math.abs(w), Math.abs(x), Math.abs(y), Math.abs(z));
  if (largest === 0) {
    rotations[at] = 1;
    rotations[at + 1] = rotations[at + 2] = rotations[at + 3] = 0;
    return;
  }
  const length = largest * Math.sqrt((w / largest) ** 2 + (x / largest) ** 2 + (y / largest) ** 2 + (z / largest) ** 2);
  rotations[at] = w / length;
  rotations[at + 1] = x / length;
  rotations[at + 2] = y / length;
  rotations[at + 3] = z / length;
}
