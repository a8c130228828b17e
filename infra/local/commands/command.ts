/** What every command has alike: --help, options checked, one clear line per error, exit codes. */
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { InvalidInput, messageOf, PermanentError, TransientError } from '../../../shared/errors.ts';

/** 0 done · 1 did not work out, may later · 2 wrong call or configuration · 3 done, and the answer is no. */
export const EXIT = { done: 0, failed: 1, usage: 2, refused: 3 } as const;

export interface Command<Options extends ParseArgsOptionsConfig> {
  /** `npm run rebuild --` and the like. */
  readonly usage: string;
  /** What it does, in a sentence or two. */
  readonly about: string;
  readonly options: Options;
  /** One line for each option. */
  readonly help: Readonly<Record<keyof Options & string, string>>;
  /** How many positional arguments it takes, least and most. */
  readonly positionals?: readonly [number, number];
  run(given: Given<Options>): Promise<number>;
}

type Value<O> = O extends { type: 'boolean' } ? boolean : O extends { multiple: true } ? string[] : string;

export interface Given<Options extends ParseArgsOptionsConfig> {
  readonly options: { readonly [Name in keyof Options]: Value<Options[Name]> | undefined };
  readonly positionals: readonly string[];
}

function helpOf<Options extends ParseArgsOptionsConfig>(command: Command<Options>): string {
  const names = Object.keys(command.options) as (keyof Options & string)[];
  const width = Math.max(6, ...names.map((name) => name.length + 2));
  const lines = [...names.map((name) => [`--${name}`, command.help[name]]), ['--help', 'Print this.']];
  const listed = lines.map(([name, text]) => `  ${String(name).padEnd(width)}  ${text}`);
  return `${command.about}\n\nUsage: ${command.usage}\n\n${listed.join('\n')}\n`;
}

/** Runs a command with the process's arguments and sets the exit code. */
export async function runCommand<Options extends ParseArgsOptionsConfig>(
  command: Command<Options>,
): Promise<void> {
  let given: Given<Options>;
  try {
    const parsed = parseArgs({
      options: { ...command.options, help: { type: 'boolean' } },
      allowPositionals: command.positionals !== undefined,
    });
    if ((parsed.values as { help?: boolean }).help === true) {
      process.stdout.write(helpOf(command));
      return;
    }
    given = {
      options: parsed.values as unknown as Given<Options>['options'],
      positionals: parsed.positionals,
    };
    const [least, most] = command.positionals ?? [0, 0];
    if (parsed.positionals.length < least || parsed.positionals.length > most)
      throw new InvalidInput([
        { pointer: '', detail: least === 0 ? 'too many arguments' : 'an argument is missing' },
      ]);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${helpOf(command)}`);
    process.exitCode = EXIT.usage;
    return;
  }
  try {
    process.exitCode = await command.run(given);
  } catch (error) {
    const known = error instanceof PermanentError || error instanceof TransientError;
    process.stderr.write(`${known ? error.message : ((error as Error).stack ?? messageOf(error))}\n`);
    process.exitCode = error instanceof PermanentError ? EXIT.usage : EXIT.failed;
  }
}

/** A whole number option. Throws InvalidInput naming the option. */
export function wholeNumber(name: string, text: string | undefined, otherwise: number, least = 0): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!Number.isInteger(value) || value < least)
    throw new InvalidInput([{ pointer: `--${name}`, detail: `must be a whole number, ${least} or more` }]);
  return value;
}

// `npm run … | head` closes the pipe: there is nobody left to tell, which is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}
