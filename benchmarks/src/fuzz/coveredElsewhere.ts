/** Exports named as decoders that no target runs, and why. */
export const COVERED_ELSEWHERE: Readonly<Record<string, string>> = {
  readBack: 'reads pixels of the own GPU',
  readCanvas: 'reads pixels of the own page',
  readTexture: 'reads pixels of the own GPU',
  readVideoDepth: 'reads a frame that the browser decoded',
  readModel: 'hashes a file against its card before anything reads it',
};
