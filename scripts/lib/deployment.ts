/** What Dockerfile and compose files say, for what checks them and what runs them without an engine. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DockerfileParser, ModifiableInstruction } from 'dockerfile-ast';
import { parse } from 'yaml';
import { ROOT } from './workspaces.mjs';

export interface Service {
  readonly command: readonly string[];
  readonly ports?: readonly { readonly target: number; readonly published: string }[];
  /** `source:target`, perhaps with `:ro`. */
  readonly volumes?: readonly string[];
  readonly depends_on?: readonly string[];
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  /** As `30s`. */
  readonly stop_grace_period: string;
}

export interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes?: Readonly<Record<string, unknown>>;
}

/** A compose file as an engine takes it: anchors merged, variables those of `env` or else their defaults. */
export function readCompose(file = 'docker-compose.yml', env: Readonly<Record<string, string>> = {}): Compose {
  const fill = (text: string) =>
    text.replace(/\$\{(\w+):-([^}]*)\}/g, (_, name: string, usual: string) => env[name] || usual).replaceAll('$$', '$');
  const text = readFileSync(join(ROOT, file), 'utf8');
  return parse(text, (_, value: unknown) => (typeof value === 'string' ? fill(value) : value), { merge: true }) as Compose;
}

export interface Instruction {
  readonly stage: string;
  readonly keyword: string;
  readonly line: number;
  readonly flags: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  /** All arguments as they are written. */
  readonly text: string;
}

/** The instructions of the Dockerfile in order. Its last stage is the image. */
export function readDockerfile(): Instruction[] {
  let stage = '';
  return DockerfileParser.parse(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'))
    .getInstructions()
    .map((found) => {
      const args = found.getArguments().map((argument) => argument.getValue());
      if (found.getKeyword() === 'FROM') stage = args[2];
      const flags = found instanceof ModifiableInstruction ? found.getFlags() : [];
      return {
        stage,
        keyword: found.getKeyword(),
        line: found.getRange().start.line + 1,
        flags: Object.fromEntries(flags.map((flag) => [flag.getName(), flag.getValue() ?? ''])),
        args,
        text: found.getArgumentsContent() ?? '',
      };
    });
}

/** The words of the image's ENTRYPOINT, CMD or HEALTHCHECK. */
export function wordsOf(keyword: 'ENTRYPOINT' | 'CMD' | 'HEALTHCHECK', instructions = readDockerfile()): string[] {
  const text = instructions.findLast((one) => one.keyword === keyword)?.text ?? '';
  return JSON.parse(text.slice(text.indexOf('['))) as string[];
}
