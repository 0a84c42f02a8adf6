import type { Interrupt } from './interrupt.ts'
import type { OptionTable, OptionValues } from './options.ts'
import type { Output } from './output.ts'
import type { Positional } from './parse.ts'

/** What a command gets besides its words. */
export interface CommandContext {
  readonly output: Output
  /** Aborted by Ctrl-C. */
  readonly interrupt: Interrupt
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
