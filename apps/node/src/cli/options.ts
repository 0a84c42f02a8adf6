import { UsageError } from '../base/failure.ts'

/**
 * One option of a command. The table of a command's options drives parsing, help and error messages, so none of them can lack an option.
 * Its key there is the name in camel case: `pieceLength` is `--piece-length`.
 */
export interface Option<T> {
  readonly kind: 'flag' | 'value' | 'list'
  /** One letter, for `-o`. */
  readonly short?: string
  /** Name of the value in the help; none for a flag. */
  readonly value?: string
  readonly help: string
  /** Parses all values that were given, in order. Throws UsageError. */
  read(given: readonly string[], flag: string): T
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

/** An option without a value. */
export function flag(help: string, { short }: { short?: string } = {}): Option<boolean> {
  return { kind: 'flag', help, ...(short && { short }), read: given => given.length > 0 }
}

/** An option with one value, given once at most. */
export function value(value: string, described: Described): Option<string | undefined>
export function value<T>(
  value: string,
  described: Described & { parse: (text: string) => T },
): Option<T | undefined>
export function value<T>(
  value: string,
  { parse, ...described }: Described & { parse?: (text: string) => T },
): Option<T | string | undefined> {
  return {
    kind: 'value',
    value,
    ...described,
    read(given, name) {
      if (given.length > 1) throw new UsageError(`${name} was given ${given.length} times: give it once`)
      const [text] = given
      return text === undefined ? undefined : readOne(text, name, parse)
    },
  }
}

/** An option that may be given any number of times. */
export function list(value: string, described: Described): Option<readonly string[]>
export function list<T>(
  value: string,
  described: Described & { parse: (text: string) => T },
): Option<readonly T[]>
export function list<T>(
  value: string,
  { parse, ...described }: Described & { parse?: (text: string) => T },
): Option<readonly (T | string)[]> {
  return {
    kind: 'list',
    value,
    ...described,
    read: (given, name) => given.map(text => readOne(text, name, parse)),
  }
}

/** Reads one of these words. */
export function oneOf<Word extends string>(...words: readonly Word[]): (text: string) => Word {
  return text => {
    const word = words.find(each => each === text.toLowerCase())
    if (!word) throw new UsageError(`"${text}" is not one of ${words.join(', ')}`)
    return word
  }
}

/** Reads an integer in a range. */
export function integer(least: number, most: number): (text: string) => number {
  return text => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    if (!(number >= least && number <= most))
      throw new UsageError(`"${text}" is not an integer from ${least} to ${most}`)
    return number
  }
}

/** `--piece-length` of `pieceLength`. */
export function flagName(key: string): string {
  return `--${key.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
}

function readOne<T>(text: string, name: string, parse?: (text: string) => T): T | string {
  if (!parse) return text
  try {
    return parse(text)
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`${name}: ${error.message}`)
    throw error
  }
}
