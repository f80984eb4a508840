import { MOTIONS, TIER_COLOURS } from '@sgaps/core';

type Draw = CanvasRenderingContext2D;

const SAMPLE_BYTES = 6;
const FLOW_BYTES = 9;
/** Set in the kinds of blocks, eight of their means a side. */
const BLOCK_KIND = 8;
/** Flow is told in sixteenths of a grid pixel a frame, and drawn as far as it goes in so many frames. */
const FLOW_STEPS = 16;
const FLOW_FRAMES = 2;

/** Grid pixels a side of a sample of this kind. */
function sideOf(kind: number): number {
  return kind >= BLOCK_KIND ? 8 << (kind & 7) : 1 << kind;
}

function eachSample(data: Uint8Array, visit: (u: number, v: number, kind: number, colour: string) => void): void {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let at = 0; at + SAMPLE_BYTES <= data.length; at += SAMPLE_BYTES)
    visit(view.getUint16(at, true), view.getUint16(at + 2, true), data[at + 4], TIER_COLOURS[data[at + 5] & 3]);
}

/** Points as dots, means and blocks as outlines, in the colours of their tiers. */
export function drawSamples(draw: Draw, data: Uint8Array, scale: number): void {
  draw.lineWidth = 1;
  eachSample(data, (u, v, kind, colour) => {
    if (kind === 0) {
      draw.fillStyle = colour;
      draw.fillRect(u * scale, v * scale, scale, scale);
      return;
    }
    const side = sideOf(kind) * scale;
    draw.strokeStyle = colour;
    draw.strokeRect(u * scale + 0.5, v * scale + 0.5, side - 1, side - 1);
  });
}

/** What was asked for, filled with the colour of its tier, the most critical on top. */
export function drawTiers(draw: Draw, data: Uint8Array, scale: number): void {
  const alpha = draw.globalAlpha;
  for (let tier = TIER_COLOURS.length - 1; tier >= 0; tier--) {
    eachSample(data, (u, v, kind, colour) => {
      if (colour !== TIER_COLOURS[tier]) return;
      const side = sideOf(kind) * scale;
      draw.fillStyle = draw.strokeStyle = colour;
      draw.globalAlpha = kind === 0 ? alpha : 0.45 * alpha;
      draw.fillRect(u * scale, v * scale, side, side);
      draw.globalAlpha = alpha;
      if (side > 4 * scale) draw.strokeRect(u * scale + 0.5, v * scale + 0.5, side - 1, side - 1);
    });
  }
}

/** Arrows from where blocks are to where they will be; a ring round what changes without moving. */
export function drawFlow(draw: Draw, data: Uint8Array, scale: number): void {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  draw.lineCap = 'round';
  for (let at = 0; at + FLOW_BYTES <= data.length; at += FLOW_BYTES) {
    const x = view.getUint16(at, true) * scale;
    const y = view.getUint16(at + 2, true) * scale;
    const reach = (FLOW_FRAMES * scale) / FLOW_STEPS;
    const dx = view.getInt16(at + 4, true) * reach;
    const dy = view.getInt16(at + 6, true) * reach;
    const motion = Math.min(data[at + 8], MOTIONS.length - 1);
    draw.strokeStyle = draw.fillStyle = MOTIONS[motion][1];
    draw.lineWidth = motion === 1 ? 2 : 1;
    if (motion === 2) {
      draw.beginPath();
      draw.arc(x, y, scale, 0, 2 * Math.PI);
      draw.stroke();
    } else drawArrow(draw, x, y, dx, dy, motion === 0 ? 3 : 6);
  }
  draw.lineCap = 'butt';
  draw.lineWidth = 1;
}

function drawArrow(draw: Draw, x: number, y: number, dx: number, dy: number, head: number): void {
  const length = Math.hypot(dx, dy);
  if (length < 2) {
    draw.fillRect(x - 1.5, y - 1.5, 3, 3);
    return;
  }
  const [ux, uy] = [dx / length, dy / length];
  draw.beginPath();
  draw.moveTo(x, y);
  draw.lineTo(x + dx, y + dy);
  draw.lineTo(x + dx - head * (ux - 0.6 * uy), y + dy - head * (uy + 0.6 * ux));
  draw.moveTo(x + dx, y + dy);
  draw.lineTo(x + dx - head * (ux + 0.6 * uy), y + dy - head * (uy - 0.6 * ux));
  draw.stroke();
}
