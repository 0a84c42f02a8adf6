/**
 * The operations for callers who proved only a password: the hidden folders of the home folder contain keys and programs that start by
 * themselves, so that writing or reading them needs the token, which only the owner of the machine can read.
 */
import { join } from 'node:path'
import type { CheckedInputOf, NodeOperations, Settings } from '@shoal/api'
import type { Kernel } from '../kernel/kernel.ts'
import { pathIn } from '../sources/torrent-link.ts'

type Paths = readonly (readonly [field: string, path: string | null | undefined])[]
type Guarded =
  | 'addFeed'
  | 'addTorrent'
  | 'changeSettings'
  | 'createTorrent'
  | 'listFolders'
  | 'moveTorrent'
  | 'previewTorrent'
  | 'putLabel'
  | 'renameFile'
  | 'updateFeed'

interface Used {
  /** Folders that receive content, or whose whole content is shared or watched. */
  readonly folders?: Paths
  /** Single files, and folders that are listed. */
  readonly others?: Paths
}

/** The paths in the input of each operation that has some. */
const USED: {
  readonly [Name in Guarded]: (
    input: CheckedInputOf<Name>,
    settings: Settings,
    operations: NodeOperations,
  ) => Used | Promise<Used>
} = {
  addFeed: ({ filters }) => ({ folders: inFilters(filters) }),
  addTorrent: ({ directory, source }) => ({ folders: [['directory', directory]], others: inSource(source) }),
  changeSettings: (change, settings) => ({ folders: inSettings(change, settings) }),
  createTorrent: ({ path }) => ({ folders: [['path', path]] }),
  listFolders: ({ path }) => ({ others: [['path', path]] }),
  moveTorrent: ({ directory }) => ({ folders: [['directory', directory]] }),
  previewTorrent: ({ source }) => ({ others: inSource(source) }),
  putLabel: ({ directory }) => ({ folders: [['directory', directory]] }),
  renameFile: async ({ id, path }, _settings, { getTorrent }) => ({
    others: [['path', join((await getTorrent({ id })).directory, path)]],
  }),
  updateFeed: ({ filters = [] }) => ({ folders: inFilters(filters) }),
}

export function guestOperations(
  operations: NodeOperations,
  { folders, settings }: Pick<Kernel, 'folders' | 'settings'>,
): NodeOperations {
  const guard = <Name extends Guarded>(name: Name): NodeOperations[Name] => {
    const operation = operations[name] as (...given: unknown[]) => Promise<never>
    const guarded = async (input: CheckedInputOf<Name>, ...rest: unknown[]) => {
      const used = await USED[name](input, settings.current, operations)
      for (const [field, path] of used.others ?? []) if (path != null) await folders.refuseHidden(path, field)
      for (const [field, path] of used.folders ?? [])
        if (path != null) await folders.refuseHidden(path, field, { isWhole: true })
      return operation(input, ...rest)
    }
    return guarded as unknown as NodeOperations[Name]
  }
  // A capability that does not run has no operations.
  const names = (Object.keys(USED) as Guarded[]).filter(name => name in operations)
  return { ...operations, ...Object.fromEntries(names.map(name => [name, guard(name)])) }
}

function inSource(source: string | undefined): Paths {
  return source !== undefined && isPath(source) ? [['source', pathIn(source)]] : []
}

/** The operation itself explains what is wrong with any other source. */
function isPath(source: string): boolean {
  try {
    return pathIn(source) !== null
  } catch {
    return false
  }
}

function inFilters(filters: readonly { readonly directory?: string | null }[]): Paths {
  return filters.map(({ directory }, at) => [`filters.${at}.directory`, directory])
}

/** Returns the folders that the change names, except watch folders that are there already: the owner may have set these. */
function inSettings(
  { downloads, automation, privacy }: CheckedInputOf<'changeSettings'>,
  now: Settings,
): Paths {
  const watched = new Set(now.automation.watch.map(({ directory }) => directory))
  const watch = (automation?.watch ?? []).map(
    ({ directory }, at) =>
      [`automation.watch.${at}.directory`, watched.has(directory) ? null : directory] as const,
  )
  return [
    ['downloads.directory', downloads?.directory],
    ['downloads.completeDirectory', downloads?.completeDirectory],
    ['privacy.ipFilter', privacy?.ipFilter === now.privacy.ipFilter ? null : privacy?.ipFilter],
    ...watch,
  ]
}
