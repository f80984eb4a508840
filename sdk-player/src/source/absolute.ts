import type { ModelSource } from '../model/ModelFile.js';
import type { RecordingSource } from './openSource.js';

/** An address as the worker needs it, whose own are relative to its script. */
export function absolute<T extends RecordingSource | ModelSource>(source: T): T | string {
  return typeof source === 'string' || source instanceof URL ? new URL(source, document.baseURI).href : source;
}
