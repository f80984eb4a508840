/** Every command of `sgaps` and every npm script that measures: help, wrong usage, `--json`. */
import { describe, expect, it } from 'vitest';
import { type DescribedCommand, leavesOf, loadPrograms } from './lib/programs.ts';

const programs = await loadPrograms();

/** What a program says of arguments that it only has to read. */
async function say(make: () => DescribedCommand, args: readonly string[]) {
  const said = { out: '', err: '', code: null as number | null };
  const program = make();
  const all = (command: DescribedCommand): DescribedCommand[] => [command, ...command.commands.flatMap(all)];
  for (const command of all(program))
    command.exitOverride().configureOutput({
      writeOut: (text) => {
        said.out += text;
      },
      writeErr: (text) => {
        said.err += text;
      },
    });
  await program.parseAsync(['node', 'program', ...args]).catch((error: { readonly exitCode?: number }) => {
    said.code = error.exitCode ?? Number.NaN;
  });
  return said;
}

const leaves = programs.flatMap(({ start, make }) =>
  leavesOf(make()).map(({ path, command }) => ({ name: [start, ...path].join(' '), path, command, make })),
);

it('there are as many as there were', () => {
  expect(leaves.filter(({ name }) => name.startsWith('sgaps ')).length).toBeGreaterThanOrEqual(24);
  expect(leaves.filter(({ name }) => name.startsWith('npm run ')).length).toBeGreaterThanOrEqual(22);
});

describe.each(leaves)('$name', ({ path, command, make }) => {
  it('names in its help all that it takes', async () => {
    const { out, err, code } = await say(make, [...path, '--help']);
    expect([code, err]).toEqual([0, '']);
    for (const { flags, description } of command.options) {
      expect(out).toContain(flags);
      expect(description.length, flags).toBeGreaterThan(3);
    }
    for (const argument of command.registeredArguments) {
      expect(out).toContain(argument.name());
      expect(argument.description.length).toBeGreaterThan(3);
    }
    expect(command.description().length).toBeGreaterThan(10);
  });

  it('refuses what it does not know, on standard error alone', async () => {
    // Commander first looks for what must be given.
    const given = command.options.flatMap(({ mandatory, long, argChoices }) =>
      mandatory ? [long ?? '', argChoices?.[0] ?? 'any'] : [],
    );
    const { out, err, code } = await say(make, [...path, ...given, '--no-such-option']);
    expect(out).toBe('');
    expect(err).toContain("unknown option '--no-such-option'");
    // What commander says is 1 becomes 2 where a program is started: e2e/command-line.test.ts.
    expect(code).toBe(1);
  });

  it('has --json', () => {
    expect(command.options.map(({ long }) => long)).toContain('--json');
  });
});
