import type { OptionTable, ProgramShape } from '@shoal/options'
import { SHOAL } from '../base/program.ts'
import { type CommandLine, shownCommands } from './command.ts'
import { COMMON_OPTIONS } from './common-options.ts'
import { summaryOf } from './help.ts'
import { texts } from './texts.ts'

const NAME = 'shoal'

/**
 * Describes the command line for completion and the manual page: as a `shoal` in the PATH,
 * regardless of how this process was started.
 */
export async function programShape(table: CommandLine['commands']): Promise<ProgramShape> {
  const commands = shownCommands(table).map(async ([name, entry]) => {
    const { about, positionals, options, examples } = await entry.load()
    return {
      name,
      summary: plain(summaryOf(name)),
      about: plain(about),
      positionals: positionals.map(each => ({ ...each, help: plain(each.help) })),
      options: plainOptions({ ...options, ...COMMON_OPTIONS }),
      examples: examples.map(([line, does]) => [line, plain(does)] as const),
    }
  })
  return { name: NAME, summary: texts.man.purpose, commands: await Promise.all(commands), options: {} }
}

function plainOptions(options: OptionTable): OptionTable {
  return Object.fromEntries(
    Object.entries(options).map(([key, option]) => [key, { ...option, help: plain(option.help) }]),
  )
}

function plain(text: string): string {
  return text.replaceAll(SHOAL, NAME)
}
