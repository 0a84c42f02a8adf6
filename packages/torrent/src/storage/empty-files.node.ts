import fs from 'node:fs'
import { posix } from 'node:path'
import type { PieceLayout } from '../metainfo/layout.ts'
import { parentOf } from './folders.node.ts'
import { lstat, unlink } from './fs.node.ts'
import { errnoOf, ioError } from './io-errors.ts'
import type { TorrentFiles } from './torrent-files.node.ts'

/** Creates the wanted files of a torrent that have no bytes, so that nothing would ever be written to them: empty files and links. */
export async function createEmptyFiles(files: TorrentFiles): Promise<void> {
  const { layout } = files
  let targets: Map<string, string> | undefined
  for (const [index, entry] of layout.files.entries()) {
    if (entry.lengthBytes > 0 || entry.pad || !files.wants(index)) continue
    const path = files.paths[index]!
    try {
      if (!entry.symlink) await files.file(index).create()
      else {
        targets ??= linkTargets(layout, files.paths)
        // BEP 47: relative to the torrent's root folder.
        const target = targets.get([entry.path[0], ...entry.symlink].join('\0'))
        // Programs that walk folders would never leave a link to a folder that it lies in.
        if (target !== undefined && !path.startsWith(`${target}/`)) await createLink(files, path, target)
      }
    } catch (error) {
      throw ioError(error, files.folders.path(path))
    }
  }
}

/** Removes the torrent's links, because what they point to has another name now. */
export async function removeLinks(files: TorrentFiles): Promise<void> {
  for (const [index, entry] of files.layout.files.entries())
    if (entry.symlink) await removeLink(files, files.paths[index]!)
}

/** Deletes a link of the torrent at this path; leaves what is not a link. */
export async function removeLink(files: TorrentFiles, relative: string): Promise<void> {
  const path = files.folders.path(relative)
  try {
    await files.folders.check(parentOf(relative))
    if ((await lstat(path)).isSymbolicLink()) await unlink(path)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw ioError(error, path)
  }
}

async function createLink(files: TorrentFiles, relative: string, target: string): Promise<void> {
  await files.folders.make(parentOf(relative))
  try {
    await fs.promises.symlink(posix.relative(parentOf(relative), target), files.folders.path(relative))
    files.folders.noteChange(parentOf(relative))
  } catch (error) {
    // Windows lets only privileged users create links, some file systems nobody: the torrent has all its bytes without.
    if (!['EEXIST', 'EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'].includes(errnoOf(error))) throw error
  }
}

/**
 * Where links of the torrent may point: paths as the torrent spells them, components joined by NUL, to paths below the download folder.
 * BEP 47: a target is relative to the torrent's root and "should also target another file within the torrent". Anything else is
 * refused: what is not a file of the torrent or a folder that has some, and other links, so that no chain or ring of them arises.
 */
export function linkTargets(layout: PieceLayout, paths: readonly string[]): Map<string, string> {
  const targets = new Map<string, string>()
  for (const [index, { path, pad, symlink }] of layout.files.entries()) {
    if (pad || symlink) continue
    const onDisk = paths[index]!.split('/')
    targets.set(path.join('\0'), paths[index]!)
    // A renamed file may have left the folder that the torrent has it in.
    if (onDisk.length !== path.length) continue
    for (let depth = path.length - 1; depth > 0; depth--) {
      const folder = path.slice(0, depth).join('\0')
      if (targets.has(folder)) break
      targets.set(folder, onDisk.slice(0, depth).join('/'))
    }
  }
  return targets
}
