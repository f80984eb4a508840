import { NamedFactories } from '../extensions/NamedFactories.js';
import type { SceneRenderer } from './SceneRenderer.js';

/**
 * What whoever runs a renderer tells its scenes, each its own: folders, a model, a device.
 *
 * @example
 * ```ts
 * const options: SceneOptions = { recordings: '/var/lib/sgaps' };
 * ```
 */
export type SceneOptions = Readonly<Record<string, unknown>>;

/**
 * Makes a scene for one channel.
 *
 * @example
 * ```ts
 * const factory: SceneFactory = () => new MyScene();
 * ```
 */
export type SceneFactory = (options: SceneOptions) => SceneRenderer | Promise<SceneRenderer>;

// Those we ship; their modules are loaded when first asked for.
const scenes = new NamedFactories<SceneFactory>('scene', {});

/**
 * Adds a scene by a name that viewers can ask for.
 *
 * @throws SgapsError `ARGUMENT_INVALID` for a name that is none, or is taken
 * @example
 * ```ts
 * registerScene('my-scene', () => new MyScene());
 * ```
 */
export function registerScene(name: string, factory: SceneFactory): void {
  scenes.add(name, factory);
}

/**
 * Makes the scene that a viewer asks for: `name`, or `name:argument`, where the argument is whatever follows the first colon.
 *
 * @throws SgapsError `NOT_FOUND`, and what the scene throws
 * @example
 * ```ts
 * const { scene, argument } = await createScene('replay:a1');
 * await scene.onInit({ argument, tell });
 * ```
 */
export async function createScene(
  address: string,
  options: SceneOptions = {},
): Promise<{ scene: SceneRenderer; argument: string }> {
  const colon = address.indexOf(':');
  const [name, argument] = colon < 0 ? [address, ''] : [address.slice(0, colon), address.slice(colon + 1)];
  return { scene: await scenes.get(name)(options), argument };
}

/**
 * The names of all scenes.
 *
 * @example
 * ```ts
 * sceneNames().includes('replay');
 * ```
 */
export function sceneNames(): string[] {
  return scenes.names();
}
