/** `shoal seed`: shares one file or folder until Ctrl-C. */
import { stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { UsageError } from '@shoal/options'
import type { CreateOptions, Session } from '@shoal/torrent'
import type { ContentFilter } from '../../base/files/content-filter.ts'
import { realFolder } from '../../base/files/held-paths.ts'
import { openPlace } from '../../base/files/places.ts'
import { stampOf } from '../../base/files/stamp.ts'
import type { CommandContext } from '../command.ts'
import { CommandFailure } from '../failure.ts'
import type { View } from '../terminal/view.ts'
import { texts } from '../texts.ts'
import { contentFilter, tellLeftOut } from './folder-holds.ts'
import { FolderRecords } from './folder-records.ts'
import { formatRecipe, type Made, make, seedGiven } from './make.ts'
import { tellShared } from './tell-shared.ts'
import { type SharingOptions, seedTorrent, whileSharing } from './while-sharing.ts'

export interface SeedOptions extends SharingOptions {
  readonly torrent?: string | undefined
  readonly peer: readonly string[]
  /** Share hidden files and folders too. */
  readonly hidden: boolean
  readonly dataDir?: string | undefined
  /** Address of the page that opens share links. */
  readonly page?: string | undefined
  readonly superSeeding?: boolean
  readonly create: CreateOptions
}

/** Returns the exit code. */
export async function seedPath(path: string, options: SeedOptions, context: CommandContext): Promise<number> {
  const { signal } = context.interrupt
  if (options.torrent !== undefined) checkGivenOptions(options.create)
  const full = resolve(path)
  // Check the path before opening a session and creating a state folder.
  if ((await stampOf(full, signal)) === null)
    throw new CommandFailure('not-found', texts.fileErrors.notFound({ path }))
  const place = await openPlace(dirname(full))
  const content = await seedFilter(full, options)
  const create = { ...options.create, filter: content.filter }
  return whileSharing(options, { stateDirectory: place.resume }, context, async sharing => {
    const { session, view, findable } = sharing
    const { torrent, entry } = await add(full, { ...options, create }, { session, view, signal, place })
    tellLeftOut(view, content)
    await seedTorrent(torrent, options, sharing, context, () => {
      tellShared(view, torrent, join(torrent.directory, entry.name), options.page)
      findable?.add(torrent)
    })
  })
}

/**
 * Selects what is shared of a folder. What the user names is shared, unless it is incomplete.
 * Rejects with a Failure.
 */
export async function seedFilter(
  full: string,
  { hidden, dataDir, torrent }: Pick<SeedOptions, 'hidden' | 'dataDir' | 'torrent'>,
): Promise<ContentFilter> {
  if (hidden && !(await stat(full)).isDirectory()) throw new UsageError(texts.seed.hiddenOfFile)
  const content = await contentFilter({ hidden, dataDir, leave: ['unfinished', 'sealed'] })
  const path = join(await realFolder(dirname(full)), basename(full))
  // With a .torrent, completeness is checked by its hashes.
  if (torrent === undefined && content.holderOf(path) === 'unfinished')
    throw new CommandFailure('bad-argument', texts.seed.unfinished({ path: full }))
  return content
}

async function add(
  path: string,
  { torrent, create }: SeedOptions,
  context: { session: Session; view: View; signal: AbortSignal; place: { directory: string; state: string } },
): Promise<Made> {
  if (torrent === undefined) {
    const { directory, state } = context.place
    const records = new FolderRecords(state)
    return make(basename(path), create, { ...context, directory, records }, await records.load())
  }
  const more = { trackers: (create.trackers ?? []).flat(), webSeeds: create.webSeeds ?? [] }
  const open = async (directory: string) => new FolderRecords((await openPlace(directory)).state)
  return seedGiven(torrent, path, more, { ...context, open })
}

function checkGivenOptions(create: CreateOptions): void {
  const plain: CreateOptions = { version: 'hybrid', private: false, symlinks: 'refuse' }
  if (formatRecipe(create) !== formatRecipe(plain) || create.comment !== undefined)
    throw new UsageError(texts.seed.givenTorrent)
}
