import type { Rectangle } from '@babylonjs/gui/2D/controls/rectangle.js';
import { TextBlock } from '@babylonjs/gui/2D/controls/textBlock.js';

/** How a text looks and where it is, in pixels from the edges it is aligned to. */
interface TextStyle {
  readonly size: number;
  readonly colour: string;
  readonly across?: number;
  readonly down?: number;
  readonly left?: number;
  readonly top?: number;
}

/** A line of text in one group, outlined so that it reads on any ground. */
export function addText(group: Rectangle, { size, colour, across, down, left = 0, top = 0 }: TextStyle): TextBlock {
  const block = new TextBlock();
  block.fontFamily = "'Trebuchet MS', 'DejaVu Sans', sans-serif";
  block.fontSizeInPixels = size;
  block.fontWeight = 'bold';
  block.color = colour;
  block.outlineColor = '#1d2430';
  block.outlineWidth = size > 30 ? 8 : 4;
  block.resizeToFit = true;
  block.leftInPixels = left;
  block.topInPixels = top;
  if (across !== undefined) block.horizontalAlignment = across;
  if (down !== undefined) block.verticalAlignment = down;
  group.addControl(block);
  return block;
}
