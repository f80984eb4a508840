/** Setup file of the unit tests: every fast-check property of a run starts from the run's printed seed. */
import { configureGlobal } from 'fast-check';

configureGlobal({ seed: Number(process.env.SGAPS_SEED) });
