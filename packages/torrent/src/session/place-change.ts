import { settleMove } from '#file-storage'
import { ShoalError } from '../base/errors.ts'
import { infoHashText } from '../metainfo/info-hash.ts'
import { PieceLayout } from '../metainfo/layout.ts'
import type { FilePlace } from '../storage/storage.ts'
import type { Content } from './content.ts'
import { realFiles } from './file-view.ts'
import type { Restored } from './restorer.ts'
import type { TorrentTask } from './torrent-task.ts'

/**
 * Changes where a torrent's files are. What is about to happen is recorded first: when a crash comes in between, the next session finds the
 * files. `work` calls `moved` when they are at the new place, before what is left at the old one is deleted.
 */
export async function changePlace(
  task: TorrentTask,
  next: FilePlace,
  work: (moved: () => Promise<void>) => Promise<void>,
): Promise<void> {
  task.moving = next
  await task.changed()
  try {
    await work(async () => {
      task.directory = next.directory
      task.renamed = next.renamed.size > 0 ? new Map(next.renamed) : null
      task.moving = null
      await task.changed()
    })
  } finally {
    if (task.moving) {
      task.moving = null
      await task.changed()
    }
  }
}

/** Renames files, by index among all: paths below the download folder. */
export async function rename(task: TorrentTask, renamed: FilePlace['renamed']): Promise<void> {
  const { content, directory } = task
  const next = { directory, renamed: new Map([...(task.renamed ?? []), ...renamed]) }
  await changePlace(task, next, async moved => {
    await content?.storage.rename(renamed)
    await moved()
  })
}

/** Where a file is, below the download folder. */
export function currentPath(task: TorrentTask, { layout }: Content, file: number): readonly string[] {
  return task.renamed?.get(file) ?? layout.files[file]!.path
}

/** The files of a folder with the paths that they have when it is at `path`. Throws `not-found` when it has none. */
export function renamedBelow(
  task: TorrentTask,
  content: Content,
  folder: readonly string[],
  path: readonly string[],
): FilePlace['renamed'] {
  const renamed = new Map<number, readonly string[]>()
  for (const file of realFiles(content)) {
    const now = currentPath(task, content, file)
    if (now.length > folder.length && folder.every((part, i) => now[i] === part))
      renamed.set(file, [...path, ...now.slice(folder.length)])
  }
  if (renamed.size > 0 && folder.length > 0) return renamed
  throw new ShoalError('not-found', `the torrent has no folder ${folder.join('/')}`)
}

/** A torrent as it was recorded, with its files where they are if a crash came while they were moved. Rejects with a system's error. */
export async function settled(restored: Restored): Promise<Restored> {
  const { origin, place } = restored
  const { progress } = place
  if (!progress?.moving || !origin.metainfo) return restored
  const layout = new PieceLayout(origin.metainfo.info)
  const name = infoHashText(origin.metainfo.info.infoHashes)
  const { moving: to } = progress
  if (!(await settleMove({ layout, name, from: progress, to }))) return restored
  return { origin, place: { ...place, directory: to.directory, progress: { ...progress, ...to } } }
}
