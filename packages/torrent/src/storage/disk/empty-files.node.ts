import fs from 'node:fs'
import { posix } from 'node:path'
import type { PieceLayout } from '../../metainfo/layout.ts'
import { errnoOf, ioError } from '../io-errors.ts'
import type { FileSet } from './file-set.node.ts'
import { type Folders, parentOf } from './folders.node.ts'
import { lstat, unlink } from './fs.node.ts'

/**
 * Creates the wanted files of a torrent that no write would create: empty files and symbolic links.
 */
export async function createEmptyFiles(set: FileSet): Promise<void> {
  const { layout, paths } = set
  let targets: Map<string, string> | undefined
  for (const [index, entry] of layout.files.entries()) {
    if (entry.lengthBytes > 0 || entry.pad || !set.wants(index)) continue
    try {
      if (!entry.symlink) await set.file(index).create()
      else {
        targets ??= linkTargets(layout, paths)
        // BEP 47: relative to the torrent's root folder.
        const target = targets.get([entry.path[0], ...entry.symlink].join('\0'))
        // Programs that walk folders would loop endlessly through a link to a folder that contains
        // it.
        if (target !== undefined && !paths[index]!.startsWith(`${target}/`))
          if (await createLink(set.folders, paths[index]!, target)) set.own.add(index)
      }
    } catch (error) {
      throw ioError(error, set.diskPath(index))
    }
  }
}

/** Removes the torrent's own links, for example because the names of their targets have changed. */
export async function removeLinks(set: FileSet): Promise<void> {
  for (const [index, entry] of set.layout.files.entries())
    if (entry.symlink && set.own.has(index)) await removeLink(set.folders, set.paths[index]!)
}

/** Deletes the link at this path; leaves anything that is not a link. */
async function removeLink(folders: Folders, relative: string): Promise<void> {
  const path = folders.path(relative)
  try {
    await folders.check(parentOf(relative))
    if ((await lstat(path)).isSymbolicLink()) await unlink(path)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw ioError(error, path)
  }
}

/** The text of a link at this path to another file or folder of the torrent. */
function linkText(relative: string, target: string): string {
  return posix.relative(parentOf(relative), target)
}

/** Finds, by index, the links that are what the torrent would create at these paths. */
export async function ownLinks(
  layout: PieceLayout,
  paths: readonly string[],
  folders: Folders,
): Promise<number[]> {
  const own: number[] = []
  if (!layout.files.some(({ symlink }) => symlink)) return own
  const targets = linkTargets(layout, paths)
  for (const [index, { path, symlink }] of layout.files.entries()) {
    const target = symlink && targets.get([path[0], ...symlink].join('\0'))
    if (target === undefined) continue
    const text = await fs.promises.readlink(folders.path(paths[index]!)).catch(() => null)
    if (text === linkText(paths[index]!, target)) own.push(index)
  }
  return own
}

/** Resolves to whether the link was created. */
async function createLink(folders: Folders, relative: string, target: string): Promise<boolean> {
  await folders.make(parentOf(relative))
  try {
    await fs.promises.symlink(linkText(relative, target), folders.path(relative))
    folders.noteChange(parentOf(relative))
    return true
  } catch (error) {
    // Windows lets only privileged users create links, and some file systems have none. The torrent
    // has all its bytes without them.
    if (!['EEXIST', 'EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'].includes(errnoOf(error))) throw error
    return false
  }
}

/**
 * The allowed link targets: from paths as the torrent spells them, components joined by NUL, to
 * paths below the download folder. BEP 47: a target is relative to the torrent's root and "should
 * also target another file within the torrent". Everything else is refused: targets that are not a
 * file of the torrent or a folder with files, and other links, so that there are no chains or
 * cycles of links.
 */
function linkTargets(layout: PieceLayout, paths: readonly string[]): Map<string, string> {
  const targets = new Map<string, string>()
  for (const [index, { path, pad, symlink }] of layout.files.entries()) {
    if (pad || symlink) continue
    const onDisk = paths[index]!.split('/')
    targets.set(path.join('\0'), paths[index]!)
    // A renamed file may have left its original folder.
    if (onDisk.length !== path.length) continue
    for (let depth = path.length - 1; depth > 0; depth--) {
      const folder = path.slice(0, depth).join('\0')
      if (targets.has(folder)) break
      targets.set(folder, onDisk.slice(0, depth).join('/'))
    }
  }
  return targets
}
