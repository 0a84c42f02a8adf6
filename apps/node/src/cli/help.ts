import { flagName, type OptionTable, positionalText } from '@shoal/options'
import { SHOAL } from '../base/program.ts'
import { wrap } from '../base/width.ts'
import { COMMAND_GROUPS, type Command, type CommandEntry } from './command.ts'
import { COMMON_OPTIONS } from './common-options.ts'
import { texts } from './texts.ts'

/** The help of one command, wrapped at `columns`. */
export function commandHelp(name: string, command: Command, columns: number): string {
  const { about, positionals, options, examples } = command
  const rows = (table: OptionTable) =>
    Object.entries(table).map(([key, option]) => {
      const value = option.value ? ` ${option.value}${option.kind === 'list' ? ' …' : ''}` : ''
      return [`${option.short ? `-${option.short}, ` : '    '}${flagName(key)}${value}`, option.help] as const
    })
  return [
    texts.help.usage({ line: `${SHOAL} ${usageOf(name, command)}` }),
    '',
    ...wrap(summaryOf(name), columns),
    ...about.split('\n\n').flatMap(paragraph => ['', ...wrap(paragraph, columns)]),
    ...(positionals.length > 0
      ? ['', ...positionals.flatMap(each => twoColumns(each.name, each.help, columns))]
      : []),
    '',
    texts.help.options,
    ...[...rows(options), ...rows(COMMON_OPTIONS)].flatMap(row => twoColumns(...row, columns)),
    '',
    examples.length > 1 ? texts.help.examples : texts.help.example,
    ...examples.flatMap(([line, does]) => [
      `  ${SHOAL} ${line}`,
      ...wrap(does, columns - 6).map(text => `      ${text}`),
    ]),
    '',
  ].join('\n')
}

/** Describes a command in one line. */
export function summaryOf(name: string): string {
  return (texts as unknown as Readonly<Record<string, { summary: string }>>)[name]!.summary
}

/** The command with its arguments: `move ID …`. */
export function usageOf(name: string, { positionals }: Command): string {
  return [name, ...positionals.map(positionalText)].join(' ')
}

/** The overview of all commands, one per line. */
export function overview(commands: Readonly<Record<string, CommandEntry>>, columns: number): string {
  return [
    texts.help.usage({ line: `${SHOAL} ${texts.help.command}` }),
    '',
    ...wrap(texts.help.intro, columns),
    ...COMMAND_GROUPS.flatMap(group => [
      '',
      texts.groups[group],
      ...Object.entries(commands)
        .filter(([, each]) => each.group === group)
        .flatMap(([name]) => twoColumns(name, summaryOf(name), columns, 10)),
    ]),
    '',
    ...wrap(texts.help.more({ shoal: SHOAL }), columns),
    ...wrap(texts.help.exitCodes, columns),
    '',
    texts.help.example,
    `  ${SHOAL} get "magnet:?xt=urn:btih:…" -o Downloads`,
    '',
  ].join('\n')
}

/** A term with its meaning next to it, or below it if the term is long. */
function twoColumns(term: string, meaning: string, columns: number, termColumns = 26): string[] {
  const indent = termColumns + 4
  const lines = wrap(meaning, Math.max(20, columns - indent))
  const fits = term.length <= termColumns
  const first = fits ? `  ${term.padEnd(termColumns)}  ${lines[0] ?? ''}` : `  ${term}`
  return [first.trimEnd(), ...lines.slice(fits ? 1 : 0).map(line => ' '.repeat(indent) + line)]
}
