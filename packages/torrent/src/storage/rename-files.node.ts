import { ShoalError } from '../base/errors.ts'
import { type Folders, parentOf } from './folders.node.ts'
import { lstat, rename } from './fs.node.ts'
import { errnoOf, ioError } from './io-errors.ts'
import { foldersOf, type TorrentFiles } from './torrent-files.node.ts'

/** Paths below the download folder. */
interface Step {
  readonly from: string
  readonly to: string
}

/** Renames those of the files that are there; all or none. Rejects when something else has one of the names. */
export async function renameOnDisk(files: TorrentFiles, steps: readonly Step[]): Promise<void> {
  const { folders } = files
  const done: Step[] = []
  try {
    for (const step of steps) if (await renameOne(folders, step)) done.push(step)
    await folders.sync(files.place.handles)
  } catch (error) {
    for (const { from, to } of done.reverse()) await rename(folders.path(to), folders.path(from))
    await folders.removeEmpty(foldersOf(steps.map(({ to }) => to)))
    throw ioError(error, folders.path(steps[done.length]?.to ?? ''))
  }
  await folders.removeEmpty(foldersOf(done.map(({ from }) => from)))
}

/** False when there is no such file yet. */
async function renameOne(folders: Folders, { from, to }: Step): Promise<boolean> {
  const before = await lstat(folders.path(from)).catch(ignoreMissing)
  if (!before) return false
  await folders.check(parentOf(from))
  await folders.make(parentOf(to))
  const there = await lstat(folders.path(to)).catch(ignoreMissing)
  // The same file under another case of its name is no obstacle.
  if (there && there.ino !== before.ino)
    throw new ShoalError('io', `${folders.path(to)} is there already: choose another name`)
  await rename(folders.path(from), folders.path(to))
  folders.noteChange(parentOf(from))
  folders.noteChange(parentOf(to))
  return true
}

function ignoreMissing(error: unknown): null {
  if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error))) return null
  throw error
}
