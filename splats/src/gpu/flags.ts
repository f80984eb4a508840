/** `GPUBufferUsage` and `GPUMapMode`: in Node they are no globals. The numbers are WebGPU's own. */
export const USAGE = {
  mapRead: 0x0001,
  copySource: 0x0004,
  copyGoal: 0x0008,
  uniform: 0x0040,
  storage: 0x0080,
  indirect: 0x0100,
  queryResolve: 0x0200,
} as const;

/** `GPUMapMode.READ`. */
export const MAP_READ = 1;

/** `GPUShaderStage.COMPUTE`. */
export const COMPUTE = 4;
