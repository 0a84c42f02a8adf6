/**
 * The operations for callers with limited permissions, according to the contracts. No operation is
 * named in this file: a new one is judged by its `access`, the marks of its schema, and its
 * `paths`.
 */
import { join } from 'node:path'
import {
  type FoundPath,
  hasHostPaths,
  hasMarks,
  hostPathsIn,
  LOCAL_ONLY,
  markedIn,
  type NodeAccess,
  type NodeOperations,
  OPERATIONS,
  type Operation,
} from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import { SHOAL } from '../../base/program.ts'
import type { HttpCallOptions } from '../kernel/contract.ts'
import type { Folders } from '../kernel/folders.ts'
import { namingEntry } from '../kernel/name-field.ts'
import { pathIn } from '../sources/torrent-link.ts'

type Name = keyof typeof OPERATIONS
type Input = Readonly<Record<string, unknown>>
type Call = (input: Input, options?: HttpCallOptions) => Promise<Input>
type Calls = Readonly<Record<string, Call>>
type Named = readonly [name: string, operation: Operation]
/** Rejects a call. */
type Check = (input: Input, options: HttpCallOptions) => Promise<void>

/**
 * Returns the operations for the owner on another machine: running programs is reserved for users
 * of this one.
 */
export function remoteOperations(operations: NodeOperations): NodeOperations {
  return limited(operations, (named, calls) => [localCheck(named, calls)])
}

/**
 * Returns the operations for callers who did not prove the token. The hidden folders of the home
 * folder contain keys and autostart programs, so reading or writing them requires the token.
 */
export function guestOperations(
  operations: NodeOperations,
  { folders }: { folders: PathRules },
): NodeOperations {
  return limited(operations, (named, calls) => [
    accessCheck(named, calls),
    localCheck(named, calls),
    pathCheck(named, calls, folders),
  ])
}

export type PathRules = Pick<Folders, 'allow' | 'refuseHidden'>

function limited(
  operations: NodeOperations,
  checksOf: (named: Named, calls: Calls) => readonly (Check | null)[],
): NodeOperations {
  const calls = operations as unknown as Calls
  const all = Object.entries(calls).map(([name, call]) => {
    const named = [name, OPERATIONS[name as Name]] as const
    const checks = checksOf(named, calls).filter(check => check !== null)
    if (checks.length === 0) return [name, call] as const
    const checked: Call = async (input, options = {}) => {
      for (const check of checks) await check(input, options)
      return call(input, options)
    }
    return [name, checked] as const
  })
  return Object.fromEntries(all) as unknown as NodeOperations
}

function accessCheck([, { access = 'guest' }]: Named, calls: Calls): Check | null {
  const rule = access as NodeAccess
  if (rule === 'open' || rule === 'guest') return null
  if (typeof rule === 'object' && 'tokenWhileNull' in rule)
    return async () => {
      if ((await answeredMember(calls, rule.tokenWhileNull, {})) === null) throw tokenNeeded()
    }
  if (typeof rule === 'object' && 'tokenOrPassword' in rule)
    return async (input, { provePassword }) => {
      // Programs that cannot prove the password need the token.
      if (!provePassword) throw tokenNeeded()
      await provePassword(input[rule.tokenOrPassword] as string | undefined)
    }
  return async () => {
    throw tokenNeeded()
  }
}

function tokenNeeded(): Failure {
  return new Failure('forbidden', 'this requires the token: log in with it', { field: 'authorization' })
}

/**
 * Returns a member of another operation's answer, called with the same input members:
 * `listDevices.did`.
 */
async function answeredMember(calls: Calls, place: string, input: Input): Promise<unknown> {
  const [name, member] = place.split('.') as [Name, string]
  const taken = Object.keys(OPERATIONS[name].input.shape).filter(key => key in input)
  return (await calls[name]!(Object.fromEntries(taken.map(key => [key, input[key]]))))[member]
}

/** Refuses values that run on this machine, unless they are already in effect. */
function localCheck([, operation]: Named, calls: Calls): Check | null {
  const { input: schema, changes } = operation
  if (!hasMarks(LOCAL_ONLY, schema)) return null
  return async input => {
    const given = markedIn(LOCAL_ONLY, schema, input)
    if (given.length === 0) return
    const known =
      changes === undefined
        ? []
        : markedIn(LOCAL_ONLY, OPERATIONS[changes as Name].output, await calls[changes]!({}))
    const placeOf = ({ field, value }: { field: string; value: unknown }) => JSON.stringify([field, value])
    const there = new Set(known.map(placeOf))
    for (const each of given) {
      if (there.has(placeOf(each))) continue
      const { field } = each
      throw new Failure(
        'forbidden',
        `the program can only be set on the node’s own machine: with ${SHOAL} settings set ${field}=…, or with --set when the node starts`,
        { field },
      )
    }
  }
}

/**
 * Keeps paths out of hidden folders: those marked in the schema, and those that the operation
 * names.
 */
function pathCheck([, operation]: Named, calls: Calls, folders: PathRules): Check | null {
  const { input: schema, changes, paths = {} } = operation
  const rules = Object.entries(paths)
  const relative = rules.flatMap(([field, rule]) => ('below' in rule ? [{ field, below: rule.below }] : []))
  const free = new Set(rules.filter(([, rule]) => 'unguarded' in rule).map(([field]) => field))
  if (!hasHostPaths(schema) && relative.length === 0) return null
  const pathsIn = async (input: Input): Promise<GuardedPath[]> => {
    const found = hostPathsIn(schema, input).filter(({ field }) => !free.has(withoutIndexes(field)))
    const within = relative.map(async ({ field, below }) => {
      const path = input[field]
      if (typeof path !== 'string') return []
      return [{ field, path: join(String(await answeredMember(calls, below, input)), path), isWhole: false }]
    })
    return [...found.flatMap(withoutLinks), ...(await Promise.all(within)).flat()]
  }
  return async input => {
    const found = await pathsIn(input)
    if (found.length === 0) return
    // Existing paths may have been set by the owner.
    const known = new Set((await pathsInEffect(operation, calls)).map(placeOf))
    for (const each of found) {
      if (known.has(placeOf(each))) continue
      await namingEntry(() => folders.refuseHidden(each.path, each.field, each))
      // The owner can choose any file on the machine for a setting, such as one in /usr/share.
      if (changes !== undefined) await namingEntry(() => folders.allow(each.path, each.field))
    }
  }
}

type GuardedPath = Pick<FoundPath, 'field' | 'path' | 'isWhole'>

/** Returns the current paths of what the operation changes. */
async function pathsInEffect({ changes }: Operation, calls: Calls): Promise<GuardedPath[]> {
  if (changes === undefined) return []
  return hostPathsIn(OPERATIONS[changes as Name].output, await calls[changes]!({}))
}

/** Returns the path of a link if it has one. */
function withoutLinks(found: FoundPath): GuardedPath[] {
  if (!found.isLink) return [found]
  const path = pathOf(found.path)
  return path === null ? [] : [{ ...found, path }]
}

/** Identifies a path and its member, regardless of list positions. */
function placeOf({ field, path }: GuardedPath): string {
  return `${withoutIndexes(field)} ${path}`
}

/** Turns `filters.0.directory` into `filters.*.directory`. */
function withoutIndexes(field: string): string {
  return field.replace(/\.\d+\b/g, '.*')
}

/** For any other link, the operation itself explains the error. */
function pathOf(link: string): string | null {
  try {
    return pathIn(link)
  } catch {
    return null
  }
}
