import { COLUMNS, ROWS } from './sim/board.js';

/** The size of the game's picture in pixels. */
export const VIEW = { width: 640, height: 360 };

/** Where the board is, in pixels; its cells are squares. */
export const BOARD = { x: 12, y: 12, cell: 42, width: COLUMNS * 42, height: ROWS * 42 };

/** What is beside the board. */
export const PANEL = { x: 362, y: 12, width: 266, height: 336 };
