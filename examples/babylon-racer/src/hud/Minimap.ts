import { Control } from '@babylonjs/gui/2D/controls/control.js';
import { Ellipse } from '@babylonjs/gui/2D/controls/ellipse.js';
import { MultiLine } from '@babylonjs/gui/2D/controls/multiLine.js';
import type { Rectangle } from '@babylonjs/gui/2D/controls/rectangle.js';
import { TRACK } from '../sim/Track.js';
import { RACE, type World } from '../sim/World.js';
import { VIEW } from '../view.js';

/** Pixels that a metre has, and where the middle of the map is. */
const SCALE = 0.42;
const MIDDLE = { x: 70, y: VIEW.height - 54 };
/** Samples of the road between two corners of its line. */
const CUT = 6;
const DOT = { own: 9, other: 7 };
const COLOURS = ['#ff4d42', '#5b9bff', '#3fdca4', '#ffb83d'];

/** The circuit as a line, and a dot for each car. */
export class Minimap {
  private readonly dots: readonly Ellipse[];

  constructor(group: Rectangle) {
    for (const [width, colour] of [
      [7, '#10141ccc'],
      [3, '#f4f4ee'],
    ] as const) {
      const line = new MultiLine();
      line.lineWidth = width;
      line.color = colour;
      const corners = TRACK.places.filter((_, i) => i % CUT === 0);
      for (const place of [...corners, corners[0], corners[1]]) {
        const { x, y } = onMap(place);
        line.add({ x: `${x}px`, y: `${y}px` });
      }
      group.addControl(line);
    }
    // The own one last: over the others.
    const dots = Array.from({ length: RACE.cars }, (_, i) => {
      const dot = new Ellipse();
      dot.widthInPixels = dot.heightInPixels = i === 0 ? DOT.own : DOT.other;
      dot.thickness = i === 0 ? 2 : 1;
      dot.color = i === 0 ? '#ffffff' : '#10141c';
      dot.background = COLOURS[i];
      dot.horizontalAlignment = Control.HORIZONTAL_ALIGNMENT_LEFT;
      dot.verticalAlignment = Control.VERTICAL_ALIGNMENT_TOP;
      return dot;
    });
    for (const dot of [...dots].reverse()) group.addControl(dot);
    this.dots = dots;
  }

  show({ cars }: World): void {
    for (const car of cars) {
      const { x, y } = onMap(car);
      const dot = this.dots[car.id];
      const half = (car.id === 0 ? DOT.own : DOT.other) / 2;
      dot.leftInPixels = Math.round(x - half);
      dot.topInPixels = Math.round(y - half);
    }
  }
}

function onMap({ x, z }: { readonly x: number; readonly z: number }): { x: number; y: number } {
  return { x: MIDDLE.x + (x + 10) * SCALE, y: MIDDLE.y - z * SCALE };
}
