/** One thing that is said when a node starts: on the command line, in the environment, or in the settings file. */
import { dirname, resolve } from 'node:path'
import { UsageError } from '../base/failure.ts'
import { flag, list, type Option, value } from './options.ts'

/** Where a text was found: what a message about it begins with, and what its relative paths start from. */
interface Origin {
  readonly where: string
  readonly folder: string
}

export interface StartSetting<T> {
  /** As the command line takes it. */
  readonly option: Option<unknown>
  /** Reads the texts of one place; throws UsageError without saying where. */
  read(texts: readonly string[], origin: Origin): T
  /** Texts of an environment variable. */
  split(text: string): string[]
}

interface Described<T> {
  readonly value: string
  readonly help: string
  readonly short?: string
  parse(text: string, origin: Origin): T
}

/** One value. */
export function setting<T>({ value: name, help, short, parse }: Described<T>): StartSetting<T | undefined> {
  return {
    option: value(name, { help, ...(short && { short }) }),
    split: text => [text],
    read(texts, origin) {
      if (texts.length > 1) throw new UsageError('give one value')
      return texts[0] === undefined ? undefined : parse(texts[0], origin)
    },
  }
}

/** Any number of values; in the environment with `separator` between them. */
export function settings<T>(separator: string, described: Described<T>): StartSetting<readonly T[]> {
  return {
    option: list(described.value, { help: described.help }),
    split: text =>
      text
        .split(separator)
        .map(each => each.trim())
        .filter(each => each !== ''),
    read: (texts, origin) => texts.map(text => described.parse(text, origin)),
  }
}

const WORDS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  '1': true,
  false: false,
  no: false,
  off: false,
  '0': false,
}

/** Yes or no. */
export function startFlag(help: string): StartSetting<boolean> {
  return {
    option: flag(help),
    split: text => [text],
    read([text = 'false']) {
      const yes = WORDS[text.toLowerCase()]
      if (yes === undefined) throw new UsageError(`"${text}" is neither true nor false`)
      return yes
    },
  }
}

/** A path, from the folder of where it stands. */
export function path(text: string, { folder }: { folder: string }): string {
  if (text.trim() === '') throw new UsageError('the path is empty')
  if (text.includes('\0')) throw new UsageError('a path has no NUL in it')
  return resolve(folder, text)
}

/** Values of one place: what was found, by key. */
export interface Layer {
  texts(key: string): readonly string[] | undefined
  origin(key: string): Origin
}

export function commandLineLayer(
  given: Readonly<Record<string, unknown>>,
  flagName: (key: string) => string,
  folder: string,
): Layer {
  return {
    texts(key) {
      const value = given[key]
      if (value === undefined || value === false) return undefined
      if (value === true) return ['true']
      if (Array.isArray(value)) return value.length > 0 ? value : undefined
      return [String(value)]
    },
    origin: key => ({ where: flagName(key), folder }),
  }
}

/** An empty variable counts as not set. */
export function environmentLayer(
  env: Readonly<Record<string, string | undefined>>,
  table: Readonly<Record<string, StartSetting<unknown>>>,
  folder: string,
): Layer {
  return {
    texts(key) {
      const text = env[variableName(key)]
      return text === undefined || text === '' ? undefined : table[key]!.split(text)
    },
    // The message repeats the variable's value to make it easier to find. None of the variables is a secret here.
    origin: key => ({ where: `${variableName(key)}=${env[variableName(key)]}`, folder }),
  }
}

/** `SHOAL_PEER_PORT` of `peerPort`. */
export function variableName(key: string): string {
  return `SHOAL_${key.replace(/[A-Z]/g, letter => `_${letter}`).toUpperCase()}`
}

/** Reads the `content` of the settings file at `file`. Throws UsageError if it is not an object of plain values. */
export function fileLayer(file: string, content: string): Layer & { readonly keys: readonly string[] } {
  const members = readObject(file, content)
  const texts = new Map<string, string[]>()
  for (const [key, value] of Object.entries(members)) {
    if (value === null) continue
    const list = Array.isArray(value) ? value : [value]
    if (!list.every(each => ['string', 'number', 'boolean'].includes(typeof each)))
      throw new UsageError(`${file}: ${key}: give a text, a number, true or false, or a list of texts`)
    texts.set(key, list.map(String))
  }
  return {
    keys: Object.keys(members),
    texts: key => texts.get(key),
    origin: key => ({ where: `${file}: ${key}`, folder: dirname(file) }),
  }
}

function readObject(file: string, content: string): object {
  let value: unknown
  try {
    value = JSON.parse(content)
  } catch (error) {
    throw new UsageError(`${file} is not JSON: ${(error as Error).message}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UsageError(`${file}: write one JSON object, such as { "port": 8420 }`)
  return value
}
