import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { UsageError } from './failure.ts'
import { type Described, flagName, type Given, OPTIONS, type OptionKey, variableName } from './options.ts'

export interface ProcessEnv {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Throws an error with a readable message. */
  readFile(path: string): string
}

interface Found {
  readonly where: string
  readonly folder: string
  readonly texts: readonly string[]
}
type Place = (key: OptionKey) => Found | undefined

const KEYS = Object.keys(OPTIONS) as OptionKey[]
const FILES: readonly OptionKey[] = ['passkeyFile', 'allowFile', 'banFile', 'config']

/**
 * Reads the command line, then the environment (SHOAL_HUB_…, lists separated by commas), then the settings file that one of them names: a JSON
 * object. Relative paths are relative to the settings file or the working directory. Throws UsageError with the location of the mistake.
 */
export function readOptions({ args, env, cwd, readFile }: ProcessEnv): Given & { readonly help: boolean } {
  const { help, place: line } = commandLine(args, cwd)
  const places: Place[] = [line, environment(env, cwd)]
  const file = findValue('config', places) as string | undefined
  if (file !== undefined) places.push(settingsFile(file, readFile(file)))
  const given = Object.fromEntries(
    KEYS.flatMap(key => {
      const value = findValue(key, places)
      return value === undefined ? [] : [[key, value]]
    }),
  )
  return { ...given, help }
}

function findValue(key: OptionKey, places: readonly Place[]): unknown {
  const found = places.map(place => place(key)).find(each => each !== undefined)
  if (!found) return undefined
  const option: Described<unknown> = OPTIONS[key]
  const values = found.texts.map(text => {
    try {
      const value = option.parse(text)
      return FILES.includes(key) ? resolve(found.folder, value as string) : value
    } catch (error) {
      throw error instanceof UsageError ? new UsageError(`${found.where}: ${error.message}`) : error
    }
  })
  if (option.isMany) return values
  if (values.length > 1) throw new UsageError(`${found.where}: give one value`)
  return values[0]
}

function commandLine(args: readonly string[], folder: string): { help: boolean; place: Place } {
  const options = Object.fromEntries(
    KEYS.map(key => [
      flagName(key).slice(2),
      { type: 'value' in OPTIONS[key] ? 'string' : 'boolean', multiple: true } as const,
    ]),
  )
  let values: Record<string, unknown>
  try {
    const help = { help: { type: 'boolean', short: 'h' } } as const
    values = parseArgs({ args: [...args], options: { ...options, ...help } }).values
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0]!)
  }
  return {
    help: values.help === true,
    place: key => {
      const given = values[flagName(key).slice(2)] as readonly (string | boolean)[] | undefined
      return given && { where: flagName(key), folder, texts: given.map(String) }
    },
  }
}

function environment(env: ProcessEnv['env'], folder: string): Place {
  return key => {
    const text = env[variableName(key)]
    if (text === undefined || text === '') return undefined
    const option: Described<unknown> = OPTIONS[key]
    const texts = option.isMany ? text.split(',').map(each => each.trim()) : [text]
    return { where: variableName(key), folder, texts }
  }
}

function settingsFile(file: string, content: string): Place {
  const members = readObject(file, content)
  const known: readonly string[] = KEYS.filter(key => key !== 'config')
  const wrong = Object.keys(members).find(key => !known.includes(key))
  if (wrong !== undefined)
    throw new UsageError(`${file}: there is no option ${wrong}. The options are ${known.join(', ')}`)
  return key => {
    const value = members[key]
    if (value === undefined || value === null) return undefined
    const list = Array.isArray(value) ? value : [value]
    if (!list.every(each => ['string', 'number', 'boolean'].includes(typeof each)))
      throw new UsageError(`${file}: ${key}: give a string, a number, true or false, or a list of them`)
    return { where: `${file}: ${key}`, folder: dirname(file), texts: list.map(String) }
  }
}

function readObject(file: string, content: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(content)
  } catch (error) {
    throw new UsageError(`${file} is not valid JSON: ${(error as Error).message}`)
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw new UsageError(`${file}: write one JSON object, such as { "port": 6969 }`)
}
