import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { PreparedClips } from './prepareFinetuning.js';

/** Of a checkout of the repository; neither is part of the npm package. */
const TRAINER = 'training/sgaps_mae/train.py';
/** What the model shipped was trained to. */
const WEIGHTS = 'training/weights/sgaps-mae-small.pt';

/** Settings sparser than the recording's own: there is something to fill in. */
const SETTINGS = 'samples points points2 sparse';
/** Little, so that the model forgets little of what other games taught it. */
const MINUTES = 20;
const RATE = 3e-4;

/**
 * What is left to do by hand, as text: commands for a shell in a checkout of the repository.
 *
 * @param name Of the model, without its version.
 * @param root Where the commands will be run.
 *
 * @example
 * ```ts
 * console.log(finetuneSteps(prepared, 'my-game', process.cwd()));
 * ```
 */
export function finetuneSteps({ out, clips }: PreparedClips, name: string, root: string): string {
  const inCheckout = existsSync(resolve(root, TRAINER));
  const path = (...parts: string[]) => shellWord(inCheckout ? pathFrom(root, join(out, ...parts)) : join(out, ...parts));
  const judged = clips.filter((clip) => clip.judged).map((clip) => shellWord(clip.name));
  const frames = Math.max(...clips.map((clip) => clip.frames));
  const split = judged.length > 0 ? `--held-out ${judged.join(' ')}` : '--all-games';
  const evaluate = (model: string) =>
    `python3 -m training.sgaps_mae.evaluate --model ${model} --data ${path('records')} ${split}`;
  const steps = [
    {
      title: 'Make records: the clips through the real loop, at settings sparser than their own',
      commands: [
        `npm run training:data -- --input ${path('clips')} --out ${path('records')} --settings ${SETTINGS} --frames ${frames} --again`,
      ],
    },
    {
      title: 'Train, from the weights shipped',
      commands: [
        `python3 -m training.sgaps_mae.train --data ${path('records')} --preset small --init ${WEIGHTS} ${split} --rate ${RATE} --minutes ${MINUTES} --out ${path('run')}`,
      ],
    },
    {
      title: 'Evaluate, before and after, on what it was not trained on',
      commands: judged.length > 0 ? [evaluate(WEIGHTS), evaluate(path('run', 'last.pt'))] : [],
    },
    {
      title: 'Export',
      commands: [
        `python3 -m training.sgaps_mae.export --model ${path('run', 'last.pt')} --out ${path(name)} --id ${shellWord(`${name}@1`)}`,
      ],
    },
    { title: 'Serve with it', commands: [`npx sgaps serve --model ${path(name)}`] },
  ].filter(({ commands }) => commands.length > 0);
  const notes = [
    ...(inCheckout
      ? []
      : [
          'All but the last are commands for the root of a checkout of the SGAPS repository: its trainer is not part of the npm package.',
        ]),
    ...(existsSync(resolve(root, WEIGHTS))
      ? []
      : [
          `${WEIGHTS} is not here. It comes with the repository, not with the npm package: get it into a checkout and run the commands there. ` +
            'Without `--init` training starts from nothing, which takes hours and many games.',
        ]),
    ...(judged.length > 0
      ? []
      : [
          'The recording is too short to hold back a part of it, so there is nothing to evaluate on: record another session and name both.',
        ]),
  ];
  const text = steps.map(({ title, commands }, at) =>
    [`${at + 1}. ${title}:`, '', ...commands.map((line) => `     ${line}`), ''].join('\n'),
  );
  return [...text, ...notes.map((note) => `Note: ${note}\n`)].join('\n');
}

/** With a slash in it, which tells `sgaps serve` a folder from a name. */
function pathFrom(root: string, path: string): string {
  const there = relative(root, path).replaceAll('\\', '/');
  if (there.startsWith('../')) return path;
  return there.includes('/') ? there : `./${there}`;
}

/** As a shell takes it for one word. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
