import { resolve } from 'node:path'
import { texts } from './texts.ts'
import { UsageError } from './usage-error.ts'

/** Source of an option's text. */
export interface Origin {
  /** Prefix of errors: `--port`, `SHOAL_PORT=x`, `config.json: port`. */
  readonly where: string
  /** Base folder of relative paths. */
  readonly folder: string
}

/**
 * One option of a program or command. A table of options drives parsing, help and errors, so that
 * they cannot diverge. Its key in the table is the name in camel case: `pieceLength` is
 * `--piece-length`.
 */
export interface Option<T> {
  readonly kind: 'flag' | 'value' | 'list'
  /** One letter, for `-o`. */
  readonly short?: string
  /** Name of the value in the help; null for a flag. */
  readonly value?: string
  readonly help: string
  /** The allowed words, if there are few. */
  readonly choices?: readonly string[]
  /** Separates the values of a list in an environment variable. */
  readonly separator?: string
  /** Parses all texts from one source, in order. Throws UsageError with the location. */
  read(texts: readonly string[], origin: Origin): T
}

export type OptionTable = Readonly<Record<string, Option<unknown>>>

/** The parsed values of a table of options. */
export type OptionValues<Table> = {
  readonly [Name in keyof Table]: Table[Name] extends Option<infer Value> ? Value : never
}

interface Described {
  readonly help: string
  readonly short?: string
}

/** Parses a text; throws UsageError without the location. */
type Parse<T> = (text: string, origin: Origin) => T

/** An option without a value. In the environment and in files: true or false. */
export function flag(help: string, { short }: { short?: string } = {}): Option<boolean> {
  return {
    kind: 'flag',
    help,
    ...(short && { short }),
    read: (given, origin) => given.length > 0 && readOne(given.at(-1)!, origin, parseBoolean),
  }
}

/** An option with one value, given once at most. */
export function value<const Word extends string>(
  value: string,
  described: Described & { choices: readonly Word[] },
): Option<Word | undefined>
export function value<T>(value: string, described: Described & { parse: Parse<T> }): Option<T | undefined>
export function value(value: string, described: Described): Option<string | undefined>
export function value<T>(
  value: string,
  {
    choices,
    parse = choices && oneOf(...choices),
    ...described
  }: Described & {
    choices?: readonly (T & string)[]
    parse?: Parse<T>
  },
): Option<T | string | undefined> {
  return {
    kind: 'value',
    value,
    ...described,
    ...(choices && { choices }),
    read(given, origin) {
      if (given.length > 1) throw new UsageError(`${origin.where}: ${texts().once}`)
      return given[0] === undefined ? undefined : readOne(given[0], origin, parse)
    },
  }
}

/** An option that can be given any number of times. */
export function list(value: string, described: Described & { separator?: string }): Option<readonly string[]>
export function list<T>(
  value: string,
  described: Described & { separator?: string; parse: Parse<T> },
): Option<readonly T[]>
export function list<T>(
  value: string,
  { parse, ...described }: Described & { separator?: string; parse?: Parse<T> },
): Option<readonly (T | string)[]> {
  return {
    kind: 'list',
    value,
    ...described,
    read: (given, origin) => given.map(text => readOne(text, origin, parse)),
  }
}

/** Parses one of these words. */
export function oneOf<Word extends string>(...words: readonly Word[]): Parse<Word> {
  return text => {
    const word = words.find(each => each === text.toLowerCase())
    if (!word) throw new UsageError(texts().notOneOf({ text, words: words.join(', ') }))
    return word
  }
}

/** Parses an integer in a range. */
export function integer(least: number, most: number): Parse<number> {
  return text => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    if (!(number >= least && number <= most))
      throw new UsageError(texts().notInteger({ text, least: String(least), most: String(most) }))
    return number
  }
}

/** Parses a path, relative to the source's folder. */
export function path(text: string, { folder }: Origin): string {
  if (text.trim() === '') throw new UsageError(texts().emptyPath)
  if (text.includes('\0')) throw new UsageError(texts().nulInPath)
  return resolve(folder, text)
}

function parseBoolean(text: string): boolean {
  if (/^(?:true|yes|on|1)$/i.test(text)) return true
  if (/^(?:false|no|off|0)$/i.test(text)) return false
  throw new UsageError(texts().notBoolean({ text }))
}

/** Returns `--piece-length` for `pieceLength`. */
export function flagName(key: string): string {
  return `--${key.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
}

/** Returns whether an option was given, judging by its parsed value. */
export function isGiven(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false
}

function readOne<T>(text: string, origin: Origin, parse: Parse<T>): T
function readOne<T>(text: string, origin: Origin, parse?: Parse<T>): T | string
function readOne<T>(text: string, origin: Origin, parse?: Parse<T>): T | string {
  if (!parse) return text
  try {
    return parse(text, origin)
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`${origin.where}: ${error.message}`)
    throw error
  }
}
