/** Where the arrow keys point, −1 … 1 each, and when one was last held down (milliseconds of `performance.now`). */
export interface Keys {
  readonly x: number;
  readonly y: number;
  readonly pressedAt: number;
}

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** The arrow keys, read as they are pressed. */
export function readKeys(): Keys {
  const held = new Set<string>();
  let releasedAt = Number.NEGATIVE_INFINITY;
  window.addEventListener('keydown', ({ key }) => {
    if (key in STEPS) held.add(key);
  });
  window.addEventListener('keyup', ({ key }) => {
    if (held.delete(key)) releasedAt = performance.now();
  });
  const sum = (axis: 0 | 1) => [...held].reduce((total, key) => total + STEPS[key][axis], 0);
  return {
    get x() {
      return sum(0);
    },
    get y() {
      return sum(1);
    },
    get pressedAt() {
      return held.size > 0 ? performance.now() : releasedAt;
    },
  };
}
