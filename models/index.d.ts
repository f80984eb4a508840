/**
 * The folder with `model.onnx` and `model.json` of a model in this package; null where it has none of that name.
 *
 * @example
 * ```ts
 * const folder = modelFolder('sgaps-mae-small');
 * ```
 */
export declare function modelFolder(name: string): string | null;
