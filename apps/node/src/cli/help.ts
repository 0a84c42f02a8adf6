import type { Positional } from '@shoal/options'
import { flagName, type OptionTable } from '@shoal/options'
import { SHOAL } from '../base/program.ts'
import { wrap } from '../base/text/width.ts'
import { COMMAND_GROUPS, type Command, type CommandEntry } from './command.ts'
import { COMMON_OPTIONS } from './common-options.ts'

/** The help of one command. `columns` is the width to fill. */
export function commandHelp(name: string, summary: string, command: Command, columns: number): string {
  const { about, positionals, options, examples } = command
  const words = positionals.map(each => ` ${positionalText(each)}`).join('')
  const rows = (table: OptionTable) =>
    Object.entries(table).map(([key, option]) => {
      const value = option.value ? ` ${option.value}${option.kind === 'list' ? ' …' : ''}` : ''
      return [`${option.short ? `-${option.short}, ` : '    '}${flagName(key)}${value}`, option.help] as const
    })
  return [
    `Usage: ${SHOAL} ${name}${words} [options]`,
    '',
    ...wrap(summary, columns),
    ...about.flatMap(paragraph => ['', ...wrap(paragraph, columns)]),
    ...(positionals.length > 0
      ? ['', ...positionals.flatMap(each => twoColumns(each.name, each.help, columns))]
      : []),
    '',
    'Options:',
    ...[...rows(options), ...rows(COMMON_OPTIONS)].flatMap(row => twoColumns(...row, columns)),
    '',
    examples.length > 1 ? 'Examples:' : 'Example:',
    ...examples.flatMap(([line, does]) => [
      `  ${SHOAL} ${line}`,
      ...wrap(does, columns - 6).map(text => `      ${text}`),
    ]),
    '',
  ].join('\n')
}

/** `LINK`, `[ID]`, `LINK …`. */
function positionalText({ name, optional, many }: Positional): string {
  const text = many ? `${name} …` : name
  return optional ? `[${text}]` : text
}

/** The help of the whole: each command in a line. */
export function overview(commands: Readonly<Record<string, CommandEntry>>, columns: number): string {
  return [
    `Usage: ${SHOAL} COMMAND [options]`,
    '',
    ...wrap(
      'Shares files directly with others, and with every BitTorrent client. Without a command, on a terminal, it is a shell that takes one after the other.',
      columns,
    ),
    ...COMMAND_GROUPS.flatMap(({ group, title }) => [
      '',
      title,
      ...Object.entries(commands)
        .filter(([, each]) => each.group === group)
        .flatMap(([name, { summary }]) => twoColumns(name, summary, columns, 10)),
    ]),
    '',
    ...wrap(
      `${SHOAL} COMMAND --help shows its options and examples. With --json, programs can read what it prints.`,
      columns,
    ),
    ...wrap(
      'Exit code: 0 done, 1 failed, 2 wrong usage, 78 start cannot work as things are set up (a port is taken, say), 130 stopped by Ctrl-C before it was done.',
      columns,
    ),
    '',
    'Example:',
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
