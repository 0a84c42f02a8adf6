import { UsageError } from '../base/failure.ts'
import { nearest } from '../base/suggest.ts'
import { flagName, type OptionTable, type OptionValues } from './options.ts'

/** A word that is not an option or its value. */
export interface Positional {
  /** As the help shows it: capitals. */
  readonly name: string
  readonly help: string
  /** True if the word may be left out. All following words may then be left out too. */
  readonly optional?: boolean
  /** Only for the last word: it may be given any number of times. */
  readonly many?: boolean
}

export interface Parsed<Table> {
  readonly options: OptionValues<Table>
  readonly words: readonly string[]
}

/**
 * Reads a command's words: `--name value`, `--name=value`, `-o value`, `-ovalue`, several flags in one (`-ab`), `--` before words that
 * begin with a dash. Options may stand anywhere. Throws UsageError.
 */
export function parseWords<Table extends OptionTable>(
  args: readonly string[],
  table: Table,
  positionals: readonly Positional[] = [],
): Parsed<Table> {
  const given = new Map<string, string[]>()
  const words: string[] = []
  const queue = [...args]
  const take = (key: string, name: string, inline: string | undefined) => {
    const list = given.get(key) ?? []
    given.set(key, list)
    if (table[key]!.kind === 'flag') {
      if (inline !== undefined) throw new UsageError(`${name} takes no value`)
      list.push('')
      return
    }
    const text = inline ?? queue.shift()
    if (text === undefined || (inline === undefined && isOption(text, table)))
      throw new UsageError(`${name} needs a value: ${name} ${table[key]!.value}`)
    list.push(text)
  }
  while (queue.length > 0) {
    const word = queue.shift()!
    if (word === '--') words.push(...queue.splice(0))
    else if (word.startsWith('--')) takeLong(word, table, take)
    else if (/^-[^-]/.test(word)) takeShort(word, table, take)
    else words.push(word)
  }
  const surplus = positionals.at(-1)?.many ? undefined : words[positionals.length]
  if (surplus !== undefined) throw new UsageError(`"${surplus}" is one word too many`)
  const options = Object.fromEntries(
    Object.entries(table).map(([key, option]) => [key, option.read(given.get(key) ?? [], flagName(key))]),
  ) as OptionValues<Table>
  return { options, words }
}

/** Throws when a word is missing. Apart from `parseWords`, so that `--help` needs none. */
export function requireWords(words: readonly string[], positionals: readonly Positional[]): void {
  // An empty one is a variable of a script that has no value.
  const missing = positionals.find(({ optional }, at) =>
    words[at] === undefined ? !optional : words[at].trim() === '',
  )
  if (missing) throw new UsageError(`${missing.name} is missing: ${missing.help}`)
}

type Take = (key: string, name: string, inline: string | undefined) => void

function takeLong(word: string, table: OptionTable, take: Take): void {
  const equals = word.indexOf('=')
  const name = equals < 0 ? word : word.slice(0, equals)
  const key = Object.keys(table).find(each => flagName(each) === name)
  if (!key) throw unknown(name, table)
  take(key, name, equals < 0 ? undefined : word.slice(equals + 1))
}

function takeShort(word: string, table: OptionTable, take: Take): void {
  for (let at = 1; at < word.length; at++) {
    const name = `-${word[at]}`
    const key = Object.keys(table).find(each => table[each]!.short === word[at])
    if (!key) throw unknown(name, table)
    const rest = word.slice(at + 1)
    if (table[key]!.kind === 'flag') take(key, name, undefined)
    else return take(key, name, rest === '' ? undefined : rest.replace(/^=/, ''))
  }
}

/** Whether this is an option of the command, so that it is not a value of the one before it: `-o --json`. */
function isOption(word: string, table: OptionTable): boolean {
  const name = word.split('=')[0]
  return Object.keys(table).some(key => flagName(key) === name || `-${table[key]!.short}` === word)
}

function unknown(name: string, table: OptionTable): UsageError {
  const meant = nearest(name, Object.keys(table).map(flagName))
  return new UsageError(`there is no option ${name}${meant ? `: did you mean ${meant}?` : ''}`)
}
