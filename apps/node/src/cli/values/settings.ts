/** Settings of a node as text: `limits.downloadBytesPerSecond=2MB`. */
import { Settings, type SettingsChange } from '@shoal/api'
import { describeIssue } from '@shoal/api/issues'
import { nearest, sharingWords, UsageError } from '@shoal/options'
import type { z } from 'zod'
import { SHOAL } from '../../base/program.ts'
import type { FixedSetting } from '../../node/kernel/fixed-settings.ts'
import { nodeMessage } from '../failure.ts'
import { texts } from '../texts.ts'
import { rateLimit } from './limits.ts'
import { parseRate } from './size.ts'

export interface SettingInfo {
  /** `limits.alternative`. */
  readonly name: string
  readonly title: string
  readonly description: string
  /** An example of a value, for lists. */
  readonly example: unknown
}

const SCHEMAS: ReadonlyMap<string, z.ZodType> = new Map(
  Object.entries(Settings.shape).flatMap(([group, { shape }]) =>
    Object.entries(shape).map(([key, schema]) => [`${group}.${key}`, schema as z.ZodType] as const),
  ),
)

export const SETTINGS: readonly SettingInfo[] = [...SCHEMAS].map(([name, schema]) => {
  const { title = name, description = '', examples } = schema.meta() ?? {}
  const [example] = (examples ?? []) as unknown[]
  return { name, title, description, example }
})

/** Returns the settings that a word names: one, or all of a group. Throws UsageError. */
export function settingNames(word: string): string[] {
  const names = SETTINGS.map(({ name }) => name)
  if (names.includes(word)) return [word]
  const group = names.filter(name => name.startsWith(`${word}.`))
  if (group.length > 0) return group
  const ends = names.filter(name => name.endsWith(`.${word}`))
  if (ends.length === 1) return ends
  if (ends.length > 1) throw new UsageError(texts.parse.settingAmbiguous({ word, names: ends.join(', ') }))
  const meant =
    nearest(word, names) ??
    names.find(name => name.split('.')[1] === nearest(word, tails(names))) ??
    byTitle(word)
  throw new UsageError(
    meant
      ? texts.parse.settingMeant({ word: word.slice(0, 80), meant })
      : texts.parse.settingUnknown({ word: word.slice(0, 80), shoal: SHOAL }),
  )
}

/**
 * Returns the setting of the same group whose title shares the most words with a name, such as
 * `network.lsd` for `network.localDiscovery`; undefined if there is no unique one.
 */
function byTitle(word: string): string | undefined {
  const [group] = word.split('.')
  const near = SETTINGS.filter(({ name }) => name.startsWith(`${group}.`))
  const among = near.length > 0 ? near : SETTINGS
  const title = sharingWords(
    word.slice(word.indexOf('.') + 1),
    among.map(each => each.title),
  )
  return among.find(each => each.title === title)?.name
}

/** The value in `settings`. */
export function settingValue(settings: Settings, name: string): unknown {
  const [group = '', key = ''] = name.split('.')
  return (settings as unknown as Record<string, Record<string, unknown>>)[group]?.[key]
}

/**
 * Parses the value of a setting: JSON or text, `on` and `off`, `none` for no limit, rates such as
 * `2MB`. Throws UsageError that says what the setting accepts.
 */
function parseSetting(name: string, text: string): unknown {
  const schema = SCHEMAS.get(name)!
  const problems: string[] = []
  for (const value of candidates(name, text)) {
    const result = schema.safeParse(value)
    if (result.success) return result.data
    problems.push(problemOf(result.error, value))
  }
  const { example } = SETTINGS.find(each => each.name === name)!
  const wrong = { name, text: text.slice(0, 80), problem: problems[0] ?? texts.parse.settingOther }
  throw new UsageError(
    example === undefined
      ? texts.parse.settingValue(wrong)
      : texts.parse.settingValueSuch({ ...wrong, example: `'${JSON.stringify(example)}'` }),
  )
}

/** Explains what to type: a switch is typed as on or off. */
function problemOf(error: z.ZodError, value: unknown): string {
  const [issue] = error.issues
  const isSwitch = issue?.code === 'invalid_type' && issue.expected === 'boolean' && issue.path.length === 0
  return isSwitch ? texts.parse.settingSwitch : nodeMessage(describeIssue(error, value).message)
}

/** Parses `name=value` pairs. Throws UsageError. */
export function settingsChange(pairs: readonly string[]): SettingsChange {
  const change: Record<string, Record<string, unknown>> = {}
  for (const pair of pairs) {
    const equals = pair.indexOf('=')
    if (equals < 1) throw new UsageError(texts.parse.settingPair({ pair }))
    const names = settingNames(pair.slice(0, equals))
    if (names.length > 1)
      throw new UsageError(texts.parse.settingGroup({ name: pair.slice(0, equals), count: names.length }))
    const [group = '', key = ''] = names[0]!.split('.')
    change[group] = { ...change[group], [key]: parseSetting(names[0]!, pair.slice(equals + 1)) }
  }
  return change as SettingsChange
}

/**
 * Parses `network.dht=off`. Throws UsageError if there is no such setting or it cannot have that
 * value.
 */
export function fixedSetting(text: string): FixedSetting {
  const [[section, members]] = Object.entries(settingsChange([text])) as [[keyof Settings, object]]
  const [[name, value]] = Object.entries(members) as [[string, unknown]]
  return { section, name, value }
}

function* candidates(name: string, text: string): Generator<unknown> {
  const word = text.trim().toLowerCase()
  if (['on', 'yes'].includes(word)) yield true
  if (['off', 'no'].includes(word)) yield false
  if (['none', 'unlimited', 'never', ''].includes(word)) yield null
  if (name.endsWith('BytesPerSecond')) {
    yield rateLimit(parseRate(text))
    return
  }
  const json = parseJson(text)
  if (json !== undefined) yield json
  yield text
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function tails(names: readonly string[]): string[] {
  return names.map(name => name.split('.')[1]!)
}
