import { existsSync } from 'node:fs';
import { SgapsProcess } from './sgapsProcess.js';

/** Chromium's Vulkan driver that computes on the CPU, for Dawn. */
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** A transport and a renderer of scenes of splats over a folder of data, drawn on WebGPU (SwiftShader where it is) or the CPU. */
export async function startSplatViewing(data: string, on: string): Promise<{ processes: SgapsProcess[]; port: number }> {
  const transport = SgapsProcess.start('transport', '--port', '0', '--data', data);
  const port = Number((await transport.heard('transport listening')).port);
  const driver: Record<string, string> = existsSync(SWIFTSHADER) ? { VK_ICD_FILENAMES: SWIFTSHADER } : {};
  const flags = ['--data', data, '--encoder', 'raw', '--model', 'none', '--splats-on', on];
  return { processes: [transport, SgapsProcess.startWith(driver, 'renderer', ...flags)], port };
}
