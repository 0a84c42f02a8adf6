import type { OptionTable, OptionValues, Positional } from '@shoal/options'
import type { Interrupt } from './interrupt.ts'
import type { Output } from './output.ts'

/** The context in which a command runs. */
export interface CommandContext {
  readonly output: Output
  /** Aborted by Ctrl-C. */
  readonly interrupt: Interrupt
  readonly commandLine: CommandLine
}

/** The command line, for the shell, which runs other commands. */
export interface CommandLine {
  readonly commands: Readonly<Record<string, CommandEntry>>
  /**
   * Runs the words of a line with separate output and Ctrl-C. Resolves with the exit code. Reports
   * errors instead of throwing them.
   */
  run(words: readonly string[]): Promise<number>
}

/** The groups of the overview, in order. */
export const COMMAND_GROUPS = ['node', 'torrents', 'manage', 'alone'] as const
export type CommandGroup = (typeof COMMAND_GROUPS)[number]

/** An entry in the table of commands. */
export interface CommandEntry {
  /** Null for commands that only programs use: overview, completion and manual omit them. */
  readonly group: CommandGroup | null
  /**
   * Loads the command, so that starting one does not read all. Its module imports the engine and
   * the node only when it runs, because they take 0.3 s, and help and completion need neither.
   */
  load(): Promise<Command>
}

/** Returns the commands for users, by name. */
export function shownCommands(commands: CommandLine['commands']): [name: string, entry: CommandEntry][] {
  return Object.entries(commands).filter(([, { group }]) => group !== null)
}

export interface Command<Table extends OptionTable = OptionTable> {
  /**
   * The group of a capability's command in the overview. Others are grouped in the table of
   * commands.
   */
  readonly group?: CommandGroup
  /** The text of its help, with an empty line between paragraphs. */
  readonly about: string
  readonly positionals: readonly Positional[]
  readonly options: Table
  /** Command lines without `shoal`, each with an explanation. */
  readonly examples: readonly (readonly [line: string, does: string])[]
  /** Returns the exit code when it is not 0; throws for errors. */
  run(
    words: readonly string[],
    options: OptionValues<Table>,
    context: CommandContext,
    // biome-ignore lint/suspicious/noConfusingVoidType: a command that simply ends has succeeded.
  ): Promise<number | void>
}

/** Checks the types of `run` against the options. The result has the type of all commands. */
export function defineCommand<Table extends OptionTable>(command: Command<Table>): Command {
  return command as unknown as Command
}
