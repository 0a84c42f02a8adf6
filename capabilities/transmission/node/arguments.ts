/**
 * Reads the arguments of a request as leniently as Transmission: 0 and 1 are also booleans, and
 * numbers can be fractions.
 */
import { Failure } from '@shoal/daemon/failure'

export type Arguments = Readonly<Record<string, unknown>>

/** Maximum number of ids, indexes or strings in a list. */
const MOST = 1_000_000

export function readText(args: Arguments, name: string): string | undefined {
  const value = args[name]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  throw wrong(name, 'a text')
}

export function readNumber(args: Arguments, name: string): number | undefined {
  const value = args[name]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw wrong(name, 'a number')
}

export function readBoolean(args: Arguments, name: string): boolean | undefined {
  const value = args[name]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'boolean') return value
  if (value === 0 || value === 1) return value === 1
  throw wrong(name, 'true or false')
}

export function stringList(args: Arguments, name: string): string[] | undefined {
  return readList(args, name, (value): value is string => typeof value === 'string', 'a list of strings')
}

/** Indexes of files or trackers. */
export function readIndexes(args: Arguments, name: string): number[] | undefined {
  const isIndex = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
  return readList(args, name, isIndex, 'a list of indexes')
}

function readList<Item>(
  args: Arguments,
  name: string,
  is: (value: unknown) => value is Item,
  what: string,
): Item[] | undefined {
  const value = args[name]
  if (value === undefined || value === null) return undefined
  if (!Array.isArray(value) || value.length > MOST) throw wrong(name, what)
  const at = value.findIndex(each => !is(each))
  if (at >= 0) throw wrong(name, `${what}: entry ${at + 1} is not one of these`)
  return value as Item[]
}

function wrong(name: string, what: string): Failure {
  return new Failure('bad-request', `${name} is not ${what}`, { field: name })
}
