import type { BigIntStats } from 'node:fs'
import { ShoalError } from '../../base/errors.ts'
import { errnoOf, ignoreMissing, ioError } from '../io-errors.ts'
import type { MoveOptions } from '../storage.ts'
import { copyFile, type Ranges } from './copy-file.node.ts'
import { Folders, foldersOf, parentOf } from './folders.node.ts'
import {
  close,
  fdatasync,
  forEach,
  lstat,
  open,
  realpath,
  rename,
  syncFolder,
  unlink,
  WRITE,
} from './fs.node.ts'
import { readIdentity } from './stored-file.node.ts'
import type { TorrentFiles } from './torrent-files.node.ts'

/**
 * Bytes written during the copy that may remain for the final pass, while reads and writes wait.
 */
const LAST_PASS_BYTES = 16 * 1024 * 1024
/**
 * Maximum number of passes over bytes written during the copy. The final pass copies the rest,
 * however large.
 */
const MAX_PASSES = 8

/**
 * Rejects with `io` if the other folder already has an entry at the path of a file that would be
 * moved there.
 */
export async function refuseBlocked(files: TorrentFiles, directory: string): Promise<void> {
  const { folders } = files.set
  try {
    await files.part.load()
    const [from, to] = await Promise.all(
      [folders.root, directory].map(root => realpath(root).catch(() => null)),
    )
    if (to && from !== to) await refuseExisting(new Folders(directory), await existingPaths(files, folders))
  } catch (error) {
    throw ioError(error, directory)
  }
}

/**
 * Moves a torrent's own files to another folder while they are in use. On the same file system they
 * are renamed; otherwise they are copied, and the old ones are deleted once the copies are durable.
 * The old files stay in use until everything is copied, so a failure or abort loses nothing and
 * removes the copies. Does nothing if both folders are the same.
 *
 * Resolves when the files are durable in the new folder, to a function that cleans up the old one.
 * A failed cleanup does not undo the move; it leaves a folder or a copy behind.
 */
export async function moveFiles(
  files: TorrentFiles,
  directory: string,
  signal?: AbortSignal,
  onProgress?: MoveOptions['onProgress'],
): Promise<() => Promise<void>> {
  const { set, part, gate } = files
  const from = set.folders
  const to = new Folders(directory)
  try {
    signal?.throwIfAborted()
    await part.load()
    // A folder may have become a link.
    from.forget()
    await to.make('')
    if ((await realpath(from.root).catch(() => null)) === (await realpath(to.root))) return async () => {}
    const renamed = await gate.alone(() => renameAll(files, from, to))
    if (renamed) return () => from.removeEmpty(foldersOf(renamed))
    const sources = await copyAll(files, from, to, signal, onProgress)
    return () => removeAll(from, sources)
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    throw ioError(error, directory)
  }
}

/**
 * Returns the renamed paths, or null with nothing changed if the folders are on different file
 * systems.
 */
async function renameAll(files: TorrentFiles, from: Folders, to: Folders): Promise<string[] | null> {
  const { set } = files
  const paths = await existingPaths(files, from)
  await refuseExisting(to, paths)
  const moved: string[] = []
  try {
    for (const path of paths) {
      await from.check(parentOf(path))
      await to.make(parentOf(path))
      await rename(from.path(path), to.path(path))
      moved.push(path)
    }
  } catch (error) {
    for (const path of moved.reverse()) await rename(to.path(path), from.path(path))
    await to.removeEmpty(foldersOf(paths))
    if (errnoOf(error) === 'EXDEV') return null
    throw error
  }
  for (const folder of foldersOf(paths)) to.noteChange(folder)
  set.switchTo(to)
  await to.sync(set.handles).catch(() => {})
  await forEach([...foldersOf(paths)], 1, folder => syncFolder(from.path(folder)).catch(() => {}))
  return paths
}

async function copyAll(
  files: TorrentFiles,
  from: Folders,
  to: Folders,
  signal?: AbortSignal,
  onProgress?: MoveOptions['onProgress'],
): Promise<Sources> {
  const { set, dirty, gate } = files
  let sources: Sources = new Map()
  const paths = await existingPaths(files, from)
  await refuseExisting(to, paths)
  // The copies get stamps of their own, so this is the last check of the stamps before.
  await files.stamps({})
  const onCopied = onProgress && progressCounter(await totalSize(from, paths), onProgress)
  const written = new WrittenRanges(files)
  const copied = new Set<string>()
  try {
    for (const path of paths) await copyNew(path, from, to, copied, signal, onCopied)
    for (let pass = 0; pass < MAX_PASSES && written.bytes > LAST_PASS_BYTES; pass++)
      await copyWritten(written, from, to, copied, signal)
    // Most bytes become durable while reads and writes are still running.
    await syncAll(to, [...copied], signal)
    await gate.alone(async () => {
      signal?.throwIfAborted()
      const changed = await copyWritten(written, from, to, copied, signal)
      // New empty files have no writes that would reveal them.
      for (const path of await existingPaths(files, from)) {
        if (copied.has(path)) continue
        await copyNew(path, from, to, copied, signal)
        changed.push(path)
      }
      await syncAll(to, changed, signal)
      sources = await identifySources(files, from, copied)
      for (const folder of foldersOf(copied)) to.noteChange(folder)
      await to.sync(set.handles)
      await set.dropHandles()
      dirty.clear()
      set.switchTo(to)
      for (const [index, path] of set.paths.entries()) {
        if (!copied.has(path)) continue
        const { stamp, inode } = await readIdentity({ path: to.path(path) }, set.handles)
        set.known.copied(index, stamp)
        set.own.add(index, inode)
      }
    })
  } catch (error) {
    await forEach([...copied], 1, path => unlink(to.path(path)).catch(() => {}))
    await to.removeEmpty(foldersOf(copied))
    throw error
  } finally {
    written.stop()
  }
  return sources
}

/** The identity of each copied file when its copy was complete, by path. */
type Sources = ReadonlyMap<string, string>

/**
 * Rejects with `io` if a file was replaced or changed while it was copied: the copy may have bytes
 * of both.
 */
async function identifySources(
  { set, part }: TorrentFiles,
  from: Folders,
  copied: ReadonlySet<string>,
): Promise<Sources> {
  const sources = new Map<string, string>()
  const indexes = new Map([...set.paths.entries()].map(([index, path]) => [path, index]))
  for (const path of copied) {
    const stat = await lstat(from.path(path), { bigint: true })
    if (path !== part.file.relative && !set.isOwn(indexes.get(path)!, stat))
      throw new ShoalError(
        'io',
        `${from.path(path)} was changed while it was copied. Check the data again, then move it.`,
      )
    sources.set(path, identityOf(stat))
  }
  return sources
}

function identityOf({ ino, size, mtimeNs }: BigIntStats): string {
  return `${ino} ${size} ${mtimeNs}`
}

async function totalSize(from: Folders, paths: readonly string[]): Promise<number> {
  let bytes = 0
  await forEach(paths, 4, async path => {
    const stat = await lstat(from.path(path)).catch(ignoreMissing)
    bytes += stat?.size ?? 0
  })
  return bytes
}

/**
 * Adds up copied bytes and reports them. Files may grow while they are copied, so the sum is capped
 * at the total.
 */
function progressCounter(totalBytes: number, onProgress: NonNullable<MoveOptions['onProgress']>) {
  let copiedBytes = 0
  return (bytes: number) => {
    copiedBytes += bytes
    onProgress({ doneBytes: Math.min(copiedBytes, totalBytes), totalBytes })
  }
}

/**
 * Deletes the files whose copies are in use, except those that were replaced or changed in the
 * meantime.
 */
async function removeAll(from: Folders, sources: Sources): Promise<void> {
  const paths = [...sources.keys()]
  await forEach(paths, 1, async path => {
    const stat = await lstat(from.path(path), { bigint: true }).catch(() => null)
    if (stat && identityOf(stat) === sources.get(path)) await unlink(from.path(path)).catch(() => {})
  })
  await forEach([...foldersOf(paths)], 1, folder => syncFolder(from.path(folder)).catch(() => {}))
  await from.removeEmpty(foldersOf(paths))
}

/** Copies the ranges written since the last pass, including new files. Returns their paths. */
async function copyWritten(
  written: WrittenRanges,
  from: Folders,
  to: Folders,
  copied: Set<string>,
  signal?: AbortSignal,
): Promise<string[]> {
  const changes = written.take()
  for (const [path, ranges] of changes) {
    if (!copied.has(path)) await copyNew(path, from, to, copied, signal)
    else await copyFile(from.path(path), to.path(path), ranges, signal)
  }
  return [...changes.keys()]
}

async function copyNew(
  path: string,
  from: Folders,
  to: Folders,
  copied: Set<string>,
  signal?: AbortSignal,
  onCopied?: (bytes: number) => void,
): Promise<void> {
  await refuseExisting(to, [path])
  await from.check(parentOf(path))
  await to.make(parentOf(path))
  copied.add(path)
  await copyFile(from.path(path), to.path(path), null, signal, onCopied)
}

/** Records the ranges written while files are copied. */
class WrittenRanges {
  #ranges = new Map<string, Ranges>()
  readonly stop: () => void

  constructor(files: TorrentFiles) {
    this.stop = files.watchWrites((file, begin, end) => {
      const ranges = this.#ranges.get(file.relative) ?? []
      ranges.push([begin, end])
      this.#ranges.set(file.relative, ranges)
    })
  }

  get bytes(): number {
    let bytes = 0
    for (const ranges of this.#ranges.values()) for (const [begin, end] of ranges) bytes += end - begin
    return bytes
  }

  take(): Map<string, Ranges> {
    const ranges = this.#ranges
    this.#ranges = new Map()
    return ranges
  }
}

/** Paths of the torrent's own files and links that exist, including the part file. */
async function existingPaths({ set, part }: TorrentFiles, from: Folders): Promise<string[]> {
  const found: string[] = []
  const all = [...set.paths.entries()].filter(([file, path]) => path !== '' && set.own.has(file))
  await forEach(all, 4, async ([index, path]) => {
    const stat = await lstat(from.path(path), { bigint: true }).catch(ignoreMissing)
    if (stat && set.isOwn(index, stat)) found.push(path)
  })
  if (part.current && (await lstat(part.file.path).catch(ignoreMissing))) found.push(part.file.relative)
  return found
}

async function refuseExisting(to: Folders, paths: readonly string[]): Promise<void> {
  await forEach(paths, 4, async path => {
    if (await lstat(to.path(path)).catch(ignoreMissing))
      throw new ShoalError('io', `${to.path(path)} already exists. Move it away or choose another folder.`)
  })
}

async function syncAll(to: Folders, paths: readonly string[], signal?: AbortSignal): Promise<void> {
  await forEach(paths, 2, async path => {
    signal?.throwIfAborted()
    if ((await lstat(to.path(path))).isSymbolicLink()) return
    const fd = await open(to.path(path), WRITE)
    await fdatasync(fd).finally(() => close(fd))
  })
}
