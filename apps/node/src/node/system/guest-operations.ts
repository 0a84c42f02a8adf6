/**
 * The operations for callers who proved only a password: the hidden folders of the home folder contain keys and programs that start by
 * themselves, so that writing or reading them needs the token, which only the owner of the machine can read. Each path in the input of an operation is
 * judged, by the schema of the operation: one that is added needs nothing here.
 */
import { join } from 'node:path'
import {
  type CheckedInputOf,
  type FoundPath,
  hasHostPaths,
  hostPathsIn,
  type NodeOperations,
  OPERATIONS,
  Settings,
} from '@shoal/api'
import type { Kernel } from '../kernel/kernel.ts'
import { pathIn } from '../sources/torrent-link.ts'

type Name = keyof NodeOperations & keyof typeof OPERATIONS

/** Paths in inputs that are no paths by their schemas. */
const OTHERS: {
  readonly [Each in Name]?: (
    input: CheckedInputOf<Each>,
    operations: NodeOperations,
  ) => FoundPath[] | Promise<FoundPath[]>
} = {
  addTorrent: ({ source }) => inSource(source),
  previewTorrent: ({ source }) => inSource(source),
  renameFile: async ({ id, path }, { getTorrent }) => [
    { field: 'path', path: join((await getTorrent({ id })).directory, path), isWhole: false },
  ],
}

export function guestOperations(
  operations: NodeOperations,
  { folders, settings }: Pick<Kernel, 'folders' | 'settings'>,
): NodeOperations {
  const guard = (name: Name) => {
    const operation = operations[name] as (...given: unknown[]) => Promise<unknown>
    return async (input: never, ...rest: unknown[]) => {
      const found = [
        ...hostPathsIn(OPERATIONS[name].input, input),
        ...((await OTHERS[name]?.(input, operations)) ?? []),
      ]
      // The owner may have set those that are there.
      const known = new Set(
        name === 'changeSettings' ? hostPathsIn(Settings, settings.current).map(placeOf) : [],
      )
      for (const each of found) {
        if (known.has(placeOf(each))) continue
        await folders.refuseHidden(each.path, each.field, each)
        // The owner may choose any file of the machine for a setting, such as one of /usr/share.
        if (name === 'changeSettings') await folders.allow(each.path, each.field)
      }
      return operation(input, ...rest)
    }
  }
  // A capability that does not run has no operations.
  const names = (Object.keys(operations) as Name[]).filter(
    name => name in OTHERS || hasHostPaths(OPERATIONS[name].input),
  )
  return { ...operations, ...Object.fromEntries(names.map(name => [name, guard(name)])) }
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
