/** Evidence a layer must have earned at a place, by samples that told layers apart, to be believed over the dominant one. */
export const EARNED = 20;
/** Confidence left to such a layer where the dominant one has not been looked at. */
export const UNPROVEN = 90;
/** Evidence of a block from which down no cell of it can have earned its place. */
export const HOPELESS = EARNED - 128;
