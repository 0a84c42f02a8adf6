/**
 * The operations for callers who may not do everything, as the contracts say it. Nothing here names an operation: one that is added is judged by its
 * `access`, by the marks of its schema, and by its `paths`.
 */
import { join } from 'node:path'
import {
  type FoundPath,
  hasHostPaths,
  hasMarks,
  hostPathsIn,
  LOCAL_ONLY,
  type Marks,
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

type Input = Readonly<Record<string, unknown>>
type Call = (input: Input, options?: HttpCallOptions) => Promise<Input>
type Calls = Readonly<Record<string, Call>>
type Named = readonly [name: string, operation: Operation]
/** Rejects a call. */
type Check = (input: Input, options: HttpCallOptions) => Promise<void>

/** For the owner at another machine: what runs on this one is for those who are here. */
export function remoteOperations(operations: NodeOperations): NodeOperations {
  return limited(operations, (named, calls) => [localCheck(named, calls)])
}

/**
 * For callers who did not prove the token. The hidden folders of the home folder contain keys and programs that start by themselves, so that
 * writing or reading them needs the token.
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
    const named = [name, OPERATIONS[name as keyof typeof OPERATIONS]] as const
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
      // Programs that cannot prove it need the token.
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

/** Returns a member of the answer of another operation: `listDevices.did`. */
async function answeredMember(calls: Calls, place: string, input: Input): Promise<unknown> {
  const [name, member] = place.split('.') as [string, string]
  return (await calls[name]!(input))[member]
}

/** Refuses values that run on this machine, unless they are in effect already. */
function localCheck([, operation]: Named, calls: Calls): Check | null {
  const { input: schema } = operation
  if (!hasMarks(LOCAL_ONLY, schema)) return null
  return async input => {
    const given = markedIn(LOCAL_ONLY, schema, input)
    if (given.length === 0) return
    const known = await inEffect(LOCAL_ONLY, operation, calls)
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

/** Marked fields of what the operation changes, as they are now. */
async function inEffect<Mark>(marks: Marks<Mark>, { changes }: Operation, calls: Calls) {
  if (changes === undefined) return []
  const { output } = OPERATIONS[changes as keyof typeof OPERATIONS]
  return markedIn(marks, output, await calls[changes]!({}))
}

/** Paths in inputs that are no paths by their schemas. */
const OTHERS: Readonly<Record<string, (input: Input, calls: Calls) => Promise<FoundPath[]>>> = {
  addTorrent: async ({ source }) => inSource(source as string | undefined),
  previewTorrent: async ({ source }) => inSource(source as string | undefined),
  renameFile: async ({ id, path }, calls) => [
    {
      field: 'path',
      path: join(String(await answeredMember(calls, 'getTorrent.directory', { id })), String(path)),
      isWhole: false,
    },
  ],
}

function pathCheck([name, operation]: Named, calls: Calls, folders: PathRules): Check | null {
  const { input: schema, changes } = operation
  if (!(name in OTHERS) && !hasHostPaths(schema)) return null
  return async input => {
    const found = [...hostPathsIn(schema, input), ...((await OTHERS[name]?.(input, calls)) ?? [])]
    if (found.length === 0) return
    // The owner may have set those that are there.
    const known = new Set(
      changes === undefined
        ? []
        : hostPathsIn(OPERATIONS[changes as keyof typeof OPERATIONS].output, await calls[changes]!({})).map(
            placeOf,
          ),
    )
    for (const each of found) {
      if (known.has(placeOf(each))) continue
      await namingEntry(() => folders.refuseHidden(each.path, each.field, each))
      // The owner may choose any file of the machine for a setting, such as one of /usr/share.
      if (changes !== undefined) await namingEntry(() => folders.allow(each.path, each.field))
    }
  }
}

/** A path and the setting that it is in, wherever it is in a list. */
function placeOf({ field, path }: FoundPath): string {
  return `${field.replace(/\.\d+\b/g, '.*')} ${path}`
}

function inSource(source: string | undefined): FoundPath[] {
  const path = source === undefined ? null : pathOf(source)
  return path === null ? [] : [{ field: 'source', path, isWhole: false }]
}

/** The operation itself explains what is wrong with any other source. */
function pathOf(source: string): string | null {
  try {
    return pathIn(source)
  } catch {
    return null
  }
}
