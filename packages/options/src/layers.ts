/**
 * Options that can also be given in the environment (`SHOAL_PEER_PORT=6881`) and in a settings file
 * (`{ "peerPort": 6881 }`).
 */
import { dirname } from 'node:path'
import { isGiven, type OptionTable, type OptionValues, type Origin } from './option.ts'
import { nearest } from './suggest.ts'
import { texts } from './texts.ts'
import { UsageError } from './usage-error.ts'

/** A source of options other than the command line. */
export interface Layer {
  /** Undefined if the option is not set in this layer. */
  texts(key: string): readonly string[] | undefined
  origin(key: string): Origin
}

/**
 * Returns the values of the command line, completed from the first layer that has each. Throws
 * UsageError with the location of the mistake.
 */
export function completeOptions<Table extends OptionTable>(
  table: Table,
  given: OptionValues<Table>,
  layers: readonly Layer[],
): OptionValues<Table> {
  const complete = Object.entries(table).map(([key, option]) => {
    if (isGiven(given[key])) return [key, given[key]]
    const layer = layers.find(each => each.texts(key) !== undefined)
    return [key, layer ? option.read(layer.texts(key)!, layer.origin(key)) : given[key]]
  })
  return Object.fromEntries(complete) as OptionValues<Table>
}

/** Returns the environment as a layer. An empty variable counts as not set. */
export function environmentLayer(
  env: Readonly<Record<string, string | undefined>>,
  prefix: string,
  table: OptionTable,
  folder: string,
): Layer {
  return {
    texts(key) {
      const text = env[variableName(prefix, key)]
      if (text === undefined || text === '') return undefined
      const { kind, separator = ',' } = table[key]!
      if (kind !== 'list') return [text]
      return text
        .split(separator)
        .map(each => each.trim())
        .filter(each => each !== '')
    },
    // An error repeats the variable's value, so that it is easier to find.
    origin: key => ({ where: `${variableName(prefix, key)}=${env[variableName(prefix, key)]}`, folder }),
  }
}

/** Returns `SHOAL_PEER_PORT` for `peerPort`. */
export function variableName(prefix: string, key: string): string {
  return `${prefix}${key.replace(/[A-Z]/g, letter => `_${letter}`).toUpperCase()}`
}

/**
 * Reads the settings file at `file`: a JSON object of plain values and lists of them. Relative
 * paths are relative to its folder. Throws UsageError, also for options that are not in `known`.
 */
export function fileLayer(
  file: string,
  content: string,
  known: readonly string[],
): Layer & { readonly keys: readonly string[] } {
  const members = readObject(file, content)
  const keys = Object.keys(members)
  const wrong = keys.find(key => !known.includes(key))
  if (wrong !== undefined) throw new UsageError(`${file}: ${unknownMember(wrong, known)}`)
  const given = new Map<string, string[]>()
  for (const [key, value] of Object.entries(members)) {
    if (value === null) continue
    const list = Array.isArray(value) ? value : [value]
    if (!list.every(each => ['string', 'number', 'boolean'].includes(typeof each)))
      throw new UsageError(`${file}: ${key}: ${texts().notPlain}`)
    given.set(key, list.map(String))
  }
  return {
    keys,
    texts: key => given.get(key),
    origin: key => ({ where: `${file}: ${key}`, folder: dirname(file) }),
  }
}

function unknownMember(name: string, known: readonly string[]): string {
  const meant = nearest(name, known)
  return meant
    ? texts().unknownOptionMeant({ name, meant })
    : texts().unknownOptionKnown({ name, known: known.join(', ') })
}

function readObject(file: string, content: string): object {
  let value: unknown
  try {
    value = JSON.parse(content)
  } catch (error) {
    throw new UsageError(texts().notJson({ file, reason: (error as Error).message }))
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new UsageError(texts().notObject({ file, example: '{ "logLevel": "debug" }' }))
}
