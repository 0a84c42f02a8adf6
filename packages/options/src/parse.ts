import { parseArgs } from 'node:util'
import { flagName, type Option, type OptionTable, type OptionValues } from './option.ts'
import { nearest, sharingWords } from './suggest.ts'
import { texts } from './texts.ts'
import { UsageError } from './usage-error.ts'

/** A word that is not an option or its value. */
export interface Positional {
  /** As the help shows it: capitals. */
  readonly name: string
  readonly help: string
  /** The allowed words, if there are few. */
  readonly choices?: readonly string[]
  /** Whether the word can be omitted. All following words can then be omitted, too. */
  readonly optional?: boolean
  /** Whether an empty word is intended. */
  readonly mayBeEmpty?: boolean
  /** Only for the last word: whether it can be given any number of times. */
  readonly many?: boolean
}

/** Returns a word as shown in the help: `LINK`, `[ID]`, `LINK …`. */
export function positionalText({ name, optional, many }: Positional): string {
  const text = many ? `${name} …` : name
  return optional ? `[${text}]` : text
}

export interface Parsed<Table> {
  readonly options: OptionValues<Table>
  readonly words: readonly string[]
}

/**
 * Parses a command's words: `--name value`, `--name=value`, `-o value`, `-ovalue`, several flags in
 * one (`-ab`), `--` before words that begin with a dash. Options may stand anywhere. Throws
 * UsageError.
 *
 * @param folder The folder that relative paths are relative to
 */
export function parseWords<Table extends OptionTable>(
  args: readonly string[],
  table: Table,
  positionals: readonly Positional[] = [],
  folder = process.cwd(),
): Parsed<Table> {
  const keys = new Map(Object.keys(table).map(key => [flagName(key).slice(2), key]))
  const given = new Map<string, string[]>()
  const words: string[] = []
  for (const token of tokens(args, table)) {
    if (token.kind === 'positional') words.push(token.value)
    if (token.kind !== 'option') continue
    const key = keys.get(token.name)
    if (key === undefined) throw unknownOption(token.rawName, table)
    given.set(key, [...(given.get(key) ?? []), readText(token, table[key]!, table)])
  }
  const surplus = positionals.at(-1)?.many ? undefined : words[positionals.length]
  if (surplus !== undefined) throw new UsageError(texts().unexpected({ word: surplus }))
  const options = Object.fromEntries(
    Object.entries(table).map(([key, option]) => [
      key,
      option.read(given.get(key) ?? [], { where: flagName(key), folder }),
    ]),
  ) as OptionValues<Table>
  return { options, words }
}

/** Throws if a word is missing. Separate from `parseWords`, so that `--help` needs none. */
export function requireWords(words: readonly string[], positionals: readonly Positional[]): void {
  // An empty word usually comes from an unset variable in a script.
  const missing = positionals.find(({ optional, mayBeEmpty }, at) =>
    words[at] === undefined ? !optional : !mayBeEmpty && words[at].trim() === '',
  )
  if (missing) throw new UsageError(texts().missing({ name: missing.name, help: missing.help }))
}

/** Node's parser splits the words. It is not strict, because its errors suggest no remedy. */
function tokens(args: readonly string[], table: OptionTable) {
  const options = Object.fromEntries(
    Object.entries(table).map(([key, { kind, short }]) => [
      flagName(key).slice(2),
      { type: kind === 'flag' ? 'boolean' : 'string', multiple: true, ...(short && { short }) } as const,
    ]),
  )
  return parseArgs({ args: [...args], options, strict: false, tokens: true }).tokens
}

interface OptionToken {
  readonly rawName: string
  readonly value: string | undefined
  readonly inlineValue: boolean | undefined
}

function readText(token: OptionToken, { kind, value = '' }: Option<unknown>, table: OptionTable): string {
  const { rawName: name, value: text, inlineValue } = token
  if (kind === 'flag') {
    if (text !== undefined) throw new UsageError(texts().takesNoValue({ name }))
    return 'true'
  }
  // A following option is not the value: `-o --json`.
  if (text === undefined || (!inlineValue && isOption(text, table)))
    throw new UsageError(texts().needsValue({ name, value }))
  return name.startsWith('--') || !inlineValue ? text : text.replace(/^=/, '')
}

function isOption(word: string, table: OptionTable): boolean {
  const name = word.split('=')[0]
  return Object.keys(table).some(key => flagName(key) === name || `-${table[key]!.short}` === word)
}

function unknownOption(name: string, table: OptionTable): UsageError {
  const flags = Object.keys(table).map(flagName)
  const meant = nearest(name, flags) ?? sharingWords(name, flags)
  return new UsageError(meant ? texts().unknownOptionMeant({ name, meant }) : texts().unknownOption({ name }))
}
