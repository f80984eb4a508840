/** Ruby, amber, emerald, sapphire, amethyst, pearl. */
export const GLASS = [0xe5384f, 0xf6a821, 0x2fbf71, 0x2f7de1, 0x9a55e0, 0xe9e4f5] as const;

export const GOLD = 0xffd37a;
export const PALE = 0xcfd6f2;
export const DIM = 0x8f97c4;

/** A colour as a canvas wants it; `light` from -1 (black) over 0 (as it is) to 1 (white). */
export function css(colour: number, light = 0, alpha = 1): string {
  const towards = light < 0 ? 0 : 255;
  const part = Math.min(1, Math.abs(light));
  const channel = (shift: number): number => {
    const value = (colour >> shift) & 255;
    return Math.round(value + (towards - value) * part);
  };
  return `rgba(${channel(16)}, ${channel(8)}, ${channel(0)}, ${alpha})`;
}
