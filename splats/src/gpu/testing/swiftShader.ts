import { existsSync } from 'node:fs';

/** Chromium's Vulkan driver that computes on the CPU. */
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** Has Dawn take SwiftShader where it is and nothing else was named: pictures are then the same on all machines. Call it before anything is opened. */
export function takeSwiftShader(): void {
  if (process.env.VK_ICD_FILENAMES === undefined && existsSync(SWIFTSHADER)) process.env.VK_ICD_FILENAMES = SWIFTSHADER;
}
