import { expect, it } from 'vitest';
import { type CommandShape, checkCommand } from './checkCommands.ts';

const command = (name: string, options: string[], commands: CommandShape[] = []): CommandShape => ({
  name: () => name,
  options: options.map((long) => ({ long })),
  commands,
});
const sgaps = command(
  'sgaps',
  [],
  [command('serve', ['--port', '--no-viewing']), command('games', [], [command('set', ['--keep-days'])])],
);
const check = (line: string) => checkCommand(line, sgaps);

it.each([
  'npm start   # then --anything is a comment',
  'npm run bench:clip -- --input CLIP.mkv --bytes 2048 --latency 2',
  'npm run bench:clip -- --input=CLIP.mkv',
  'npm start -- --port 80',
  'npm test -- sdk-protocol --reporter=dot',
  'npx sgaps serve --port 2567 --no-viewing && sgaps games set tank --keep-days 30',
  "SGAPS_SECRET=x sgaps --port 1 '--no such'",
  'sgaps …',
  'cp docs/operations/nginx.conf /etc/nginx',
  'node scripts/build.mjs --force',
  'python3 -m training.sgaps_mae.train --data data/records',
])('takes %s', (line) => {
  expect(check(line)).toEqual([]);
});

it.each([
  ['npm run bench:clop', /bench:clop/],
  ['npm run bench:clip -- --inputs CLIP.mkv', /--inputs/],
  ['npm start -- --prot 80', /--prot/],
  ['sgaps serv --port 1', /no command 'serv'/],
  ['sgaps serve --prot 1', /--prot/],
  ['cd /tmp; sgaps --prot 1', /--prot/],
  ['echo "$(date)" | sgaps games set tank --keep-dais 30', /--keep-dais/],
  ['cp docs/operations/apache.conf /etc', /apache\.conf/],
  ['node scripts/nothing.mjs', /nothing\.mjs/],
  ['node scripts/build.mjs --farce', /--farce/],
  ['python3 -m training.nothing', /training\.nothing/],
])('refuses %s', (line, wrong) => {
  expect(check(line).join()).toMatch(wrong);
});

it('knows no scripts of a project of the reader’s own', () => {
  expect(checkCommand('npm run dev', sgaps, true)).toEqual([]);
  expect(checkCommand('npm run bench:clip -- --inputs x', sgaps, true)).not.toEqual([]);
});
