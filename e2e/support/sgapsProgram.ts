import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../sdk-server/', import.meta.url));

/** What Node is told to run the program `sgaps`: what `npm test` has just built (`SGAPS_BUILT`), which starts in half the time, else the sources, so that one test alone needs no build. */
export const SGAPS_PROGRAM: readonly string[] =
  process.env.SGAPS_BUILT === '1'
    ? [`${FOLDER}dist/cli.js`]
    : ['--conditions=sgaps-source', '--import', import.meta.resolve('tsx'), `${FOLDER}src/cli.ts`];
