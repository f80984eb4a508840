/**
 * Bundles the package in the working directory with tsup; its command line takes no entry with a dot in its name.
 *
 *   node scripts/lib/bundle.mjs '{"entry":{"x.worker":"src/x.worker.ts"}}'
 */
import { build } from 'tsup';

await build(JSON.parse(process.argv[2]));
