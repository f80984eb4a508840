/** Colours of the pictures. */
export const INK = '#1d1420';
export const WOOD = { deep: '#2b1b22', dark: '#42282a', plain: '#63402f', light: '#8a5a38', bright: '#b27b48' };
export const PAPER = { edge: '#7c5a3c', dark: '#d9bd8c', plain: '#efdcb0', light: '#fbf0d0' };
export const COPPER = { dark: '#7a3b24', plain: '#b8613a', light: '#e79a5c', bright: '#ffd6a0' };
export const NIGHT = { deep: '#141830', plain: '#1f2a52', light: '#35487a' };

/** Colours of text. */
export const TINT = {
  ink: 0x3a2420,
  faint: 0x8a6a50,
  cream: 0xfbf0d0,
  dim: 0xb99f86,
  gold: 0xffd37a,
  copper: 0xe79a5c,
  green: 0x3f7a3a,
  red: 0xa8322c,
} as const;
