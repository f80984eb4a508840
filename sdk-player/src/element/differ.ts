/** How much a difference is amplified: by two, so many times. */
const DOUBLINGS = 2;

/** Draws how far two pictures are apart, |a − b| · 4 for each channel, in the size of the first. */
export function drawDifference(target: HTMLCanvasElement, a: HTMLCanvasElement, b: HTMLCanvasElement): void {
  const { width, height } = a;
  if (target.width !== width || target.height !== height) Object.assign(target, { width, height });
  const context = target.getContext('2d');
  if (!context) return;
  context.globalCompositeOperation = 'copy';
  context.drawImage(a, 0, 0);
  context.globalCompositeOperation = 'difference';
  context.drawImage(b, 0, 0, width, height);
  // Light upon light: twice the picture, and stops at white.
  context.globalCompositeOperation = 'lighter';
  for (let i = 0; i < DOUBLINGS; i++) context.drawImage(target, 0, 0);
}
