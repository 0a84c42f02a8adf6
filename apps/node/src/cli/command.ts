import type { Interrupt } from './interrupt.ts'
import type { OptionTable, OptionValues } from './options.ts'
import type { Output } from './output.ts'
import type { Positional } from './parse.ts'

/** What a command gets besides its words. */
export interface CommandContext {
  readonly output: Output
  /** Aborted by Ctrl-C. */
  readonly interrupt: Interrupt
  readonly commandLine: CommandLine
}

/** The command line itself, for a command that reads others. */
export interface CommandLine {
  readonly commands: readonly CommandEntry[]
  /** Runs the words of a line, with an output and Ctrl-C of its own; the exit code. Errors are told, not thrown. */
  run(words: readonly string[]): Promise<number>
}

/** The parts of the list of commands, in order. */
export const COMMAND_GROUPS = [
  { group: 'node', title: 'The node on this machine:' },
  { group: 'torrents', title: 'What a running node shares and downloads:' },
  { group: 'manage', title: 'More of a running node:' },
  { group: 'alone', title: 'Without a node:' },
] as const
export type CommandGroup = (typeof COMMAND_GROUPS)[number]['group']

/** A command in the list of all. */
export interface CommandEntry {
  readonly name: string
  /** What it does, in a line. */
  readonly summary: string
  readonly group: CommandGroup
  /** Loads the command, so that starting one does not read them all. */
  load(): Promise<Command>
}

export interface Command<Table extends OptionTable = OptionTable> {
  /** What there is to know besides the line in the list of commands: paragraphs. */
  readonly about: readonly string[]
  readonly positionals: readonly Positional[]
  readonly options: Table
  /** Command lines without `shoal`, and what each does. */
  readonly examples: readonly (readonly [line: string, does: string])[]
  /** Returns the exit code when it is not 0; throws for errors. */
  run(
    words: readonly string[],
    options: OptionValues<Table>,
    context: CommandContext,
    // biome-ignore lint/suspicious/noConfusingVoidType: a command that simply ends has succeeded.
  ): Promise<number | void>
}

/** Ties the types of `run` to the table; the result forgets them, so that all commands are of one type. */
export function defineCommand<Table extends OptionTable>(command: Command<Table>): Command {
  return command as unknown as Command
}
