/** Side of the blue-noise tile. */
export const BLUE_NOISE_SIDE = 64;
const SIGMA = 1.9;

let tile: Float32Array | undefined;

/**
 * A 64×64 tile of thresholds in (0, 1] whose level sets are evenly spaced (void-and-cluster, Ulichney 1993). Made once,
 * always the same.
 *
 * @example
 * ```ts
 * const threshold = blueNoise()[(v & 63) * 64 + (u & 63)];
 * ```
 */
export function blueNoise(): Float32Array {
  tile ??= voidAndCluster(BLUE_NOISE_SIDE);
  return tile;
}

/** Ranks the cells so that each new one falls into the largest void left by those before it. */
function voidAndCluster(side: number): Float32Array {
  const cells = side * side;
  const kernel = gaussianTorus(side);
  const energy = new Float32Array(cells);
  const rank = new Float32Array(cells).fill(-1);
  let next = 0;
  for (let n = 0; n < cells; n++) {
    rank[next] = n;
    const cx = next % side;
    const cy = (next - cx) / side;
    for (let y = 0; y < side; y++) {
      const row = ((y - cy + side) % side) * side;
      for (let x = 0; x < side; x++) energy[y * side + x] += kernel[row + ((x - cx + side) % side)];
    }
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < cells; i++) {
      if (rank[i] < 0 && energy[i] < least) {
        least = energy[i];
        next = i;
      }
    }
  }
  for (let i = 0; i < cells; i++) rank[i] = (rank[i] + 1) / cells;
  return rank;
}

function gaussianTorus(side: number): Float32Array {
  const kernel = new Float32Array(side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const dx = Math.min(x, side - x);
      const dy = Math.min(y, side - y);
      kernel[y * side + x] = Math.exp(-(dx * dx + dy * dy) / (2 * SIGMA * SIGMA));
    }
  }
  return kernel;
}
