import { positionalText } from './parse.ts'
import { type CommandShape, optionShapes, type ProgramShape } from './program-shape.ts'

/** Headings of a manual page, and its last section. */
interface ManualTexts {
  readonly name: string
  readonly synopsis: string
  readonly description: string
  readonly commands: string
  readonly options: string
  readonly examples: string
  readonly more?: string
  /** Paragraphs of the description. */
  readonly intro: readonly string[]
  /** Follows the program name in the synopsis. */
  readonly usage: string
}

export interface ManualOptions {
  readonly version: string
  readonly texts: ManualTexts
  /** Names of options common to all commands: the page describes them once. */
  readonly common?: ProgramShape['options']
}

/** Returns a manual page of section 1, as roff for `man`. */
export function manualPage(program: ProgramShape, { version, texts, common = {} }: ManualOptions): string {
  const { name, summary, commands, options } = program
  const own = (command: CommandShape) =>
    Object.fromEntries(Object.entries(command.options).filter(([key]) => !Object.hasOwn(common, key)))
  const lines = [
    // The text is UTF-8, which man-db and mandoc expect.
    `.TH ${name.toUpperCase().replaceAll('-', '\\-')} 1 "" "${text(`${name} ${version}`)}"`,
    ...section(texts.name),
    `${text(name)} \\- ${text(summary)}`,
    ...section(texts.synopsis),
    `.B ${text(name)}`,
    sentence(texts.usage),
    ...section(texts.description),
    ...paragraphs(texts.intro),
  ]
  if (commands.length > 0) {
    lines.push(...section(texts.commands))
    for (const command of commands) {
      const words = command.positionals.map(each => `\\fI${text(positionalText(each))}\\fR`).join(' ')
      lines.push(
        `.SS "${text(`${name} ${command.name}`)}${words ? ` ${words}` : ''}"`,
        sentence(command.summary),
      )
      lines.push('.PP', ...paragraphs(command.about.split('\n\n')))
      for (const { name, help } of command.positionals) lines.push('.TP', `.I ${text(name)}`, sentence(help))
      lines.push(...optionLines(own(command)))
      if (command.examples.length > 0) lines.push('.PP', `${text(texts.examples)}:`)
      for (const [line, does] of command.examples)
        lines.push(
          '.PP',
          `.RS 4`,
          '.nf',
          sentence(`${name} ${line}`),
          '.fi',
          '.RE',
          '.RS 8',
          sentence(does),
          '.RE',
        )
    }
  }
  const shared = { ...common, ...options }
  if (Object.keys(shared).length > 0) lines.push(...section(texts.options), ...optionLines(shared))
  if (texts.more) lines.push('.PP', sentence(texts.more))
  return `${lines.join('\n')}\n`
}

function section(title: string): string[] {
  return [`.SH "${text(title.toUpperCase())}"`]
}

function paragraphs(all: readonly string[]): string[] {
  return all.flatMap((each, at) => [...(at > 0 ? ['.PP'] : []), ...each.split('\n').map(sentence)])
}

function optionLines(table: ProgramShape['options']): string[] {
  return optionShapes(table).flatMap(({ names, help, isList, value }) => {
    const shown = [...names].reverse().map(each => `\\fB${text(each)}\\fR`)
    const after = value ? ` \\fI${text(value)}\\fR${isList ? ' …' : ''}` : ''
    return ['.TP', `${shown.join(', ')}${after}`, sentence(help)]
  })
}

/** A line of text: a line that begins with a dot would be a command. */
function sentence(line: string): string {
  return `${line.startsWith('.') ? '\\&' : ''}${text(line)}`
}

function text(plain: string): string {
  return plain
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('"', '\\(dq')
    .replaceAll("'", '\\(aq')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti')
    .replaceAll('`', '\\(ga')
}
