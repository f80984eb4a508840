/** `npm run check`: everything in `npm test` that is not a test. */
import { runChecks } from './lib/checks.mjs';

const { passed, failed } = await runChecks();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
