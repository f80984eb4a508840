import { resolve } from 'node:path';
import { cancel, intro, isCancel, select, text } from '@clack/prompts';
import { CreateError } from './CreateError.js';
import { assertEmpty, type Engine } from './createProject.js';

/** What a project is made of; undefined: not said yet. */
export interface Choices {
  readonly folder: string | undefined;
  readonly engine: Engine | undefined;
}

export const DEFAULTS = { folder: 'my-game', engine: 'phaser' } as const;

/** Asks in the terminal for what was not said. Throws `CreateError` `CANCELLED` when the person leaves. */
export async function askChoices({ folder, engine }: Choices): Promise<Required<{ folder: string; engine: Engine }>> {
  intro('SGAPS: a game that is recorded');
  return {
    folder: folder ?? (await askFolder()),
    engine: engine ?? (await askEngine()),
  };
}

async function askFolder(): Promise<string> {
  return answer(
    await text({
      message: 'Which folder?',
      placeholder: DEFAULTS.folder,
      defaultValue: DEFAULTS.folder,
      validate: (given) => {
        const folder = given || DEFAULTS.folder;
        try {
          assertEmpty(resolve(folder), folder);
          return undefined;
        } catch (error) {
          return error instanceof Error ? error.message : String(error);
        }
      },
    }),
  );
}

async function askEngine(): Promise<Engine> {
  return answer(
    await select<Engine>({
      message: 'Which engine?',
      options: [
        { value: 'phaser', label: 'Phaser 4', hint: '2D' },
        { value: 'babylon', label: 'Babylon.js 9', hint: '3D' },
      ],
    }),
  );
}

function answer<T>(given: T): Exclude<T, symbol> {
  if (!isCancel(given)) return given as Exclude<T, symbol>;
  cancel('Nothing was made.');
  throw new CreateError('CANCELLED', 'Nothing was made.');
}
