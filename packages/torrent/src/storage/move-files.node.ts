import { ShoalError } from '../base/errors.ts'
import { copyFile, type Ranges } from './copy-file.node.ts'
import { Folders, parentOf } from './folders.node.ts'
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
import { errnoOf, ioError } from './io-errors.ts'
import type { MoveOptions } from './storage.ts'
import { foldersOf, type TorrentFiles } from './torrent-files.node.ts'

/** Bytes written meanwhile that may be left to copy while all else waits. */
const LAST_PASS_BYTES = 16 * 1024 * 1024
/** Passes over what was written meanwhile, before the rest is copied whatever it is. */
const MAX_PASSES = 8

/**
 * Moves a torrent's files into another folder while they are in use. On one file system they are renamed; otherwise copied, and the
 * old ones deleted when the copies are safe. Until all is done the old files are the ones in use, so a failure or a cancel loses nothing:
 * it removes the copies. Does nothing when both are the same folder. Resolves when the files are safe in the new folder, to what clears up the
 * old one: nothing of it undoes the move, so what fails leaves a folder or a copy behind.
 */
export async function moveFiles(
  files: TorrentFiles,
  directory: string,
  signal?: AbortSignal,
  onProgress?: MoveOptions['onProgress'],
): Promise<() => Promise<void>> {
  const from = files.folders
  const to = new Folders(directory)
  try {
    signal?.throwIfAborted()
    await files.load()
    await to.make('')
    if ((await realpath(from.root).catch(() => null)) === (await realpath(to.root))) return async () => {}
    const renamed = await files.gate.alone(() => renameAll(files, from, to))
    if (renamed) return () => from.removeEmpty(foldersOf(renamed))
    const copied = await copyAll(files, from, to, signal, onProgress)
    return () => removeAll(from, copied)
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    throw ioError(error, directory)
  }
}

/** The paths that were renamed. Null, and nothing changed, when the folders are on different file systems. */
async function renameAll(files: TorrentFiles, from: Folders, to: Folders): Promise<string[] | null> {
  const paths = await existing(files, from)
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
  switchTo(files, to)
  await files.folders.sync(files.place.handles).catch(() => {})
  await forEach([...foldersOf(paths)], 1, folder => syncFolder(from.path(folder)).catch(() => {}))
  return paths
}

async function copyAll(
  files: TorrentFiles,
  from: Folders,
  to: Folders,
  signal?: AbortSignal,
  onProgress?: MoveOptions['onProgress'],
): Promise<string[]> {
  const paths = await existing(files, from)
  await refuseExisting(to, paths)
  const onCopied = onProgress && counted(await bytesOf(from, paths), onProgress)
  const written = new Written(files)
  const copied = new Set<string>()
  try {
    for (const path of paths) await copyNew(path, from, to, copied, signal, onCopied)
    for (let pass = 0; pass < MAX_PASSES && written.bytes > LAST_PASS_BYTES; pass++)
      await copyWritten(written, from, to, copied, signal)
    // The bulk becomes safe while others still work.
    await syncAll(to, [...copied], signal)
    await files.gate.alone(async () => {
      signal?.throwIfAborted()
      const changed = await copyWritten(written, from, to, copied, signal)
      // Empty files have no writes to be known by.
      for (const path of await existing(files, from)) {
        if (copied.has(path)) continue
        await copyNew(path, from, to, copied, signal)
        changed.push(path)
      }
      await syncAll(to, changed, signal)
      for (const folder of foldersOf(copied)) to.noteChange(folder)
      await to.sync(files.place.handles)
      await files.dropHandles()
      files.dirty.clear()
      switchTo(files, to)
    })
  } catch (error) {
    await forEach([...copied], 1, path => unlink(to.path(path)).catch(() => {}))
    await to.removeEmpty(foldersOf(copied))
    throw error
  } finally {
    written.stop()
  }
  return [...copied]
}

async function bytesOf(from: Folders, paths: readonly string[]): Promise<number> {
  let bytes = 0
  await forEach(paths, 4, async path => {
    const stat = await lstat(from.path(path)).catch(ignoreMissing)
    bytes += stat?.size ?? 0
  })
  return bytes
}

/** Files may grow while they are copied: more than all is not told. */
function counted(totalBytes: number, onProgress: NonNullable<MoveOptions['onProgress']>) {
  let copiedBytes = 0
  return (bytes: number) => {
    copiedBytes += bytes
    onProgress({ doneBytes: Math.min(copiedBytes, totalBytes), totalBytes })
  }
}

async function removeAll(from: Folders, paths: readonly string[]): Promise<void> {
  await forEach(paths, 1, path => unlink(from.path(path)).catch(() => {}))
  await forEach([...foldersOf(paths)], 1, folder => syncFolder(from.path(folder)).catch(() => {}))
  await from.removeEmpty(foldersOf(paths))
}

/** Copies what was written since the last pass, files that are new among it; which paths that were. */
async function copyWritten(
  written: Written,
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

/** Listens for what is written while files are copied. */
class Written {
  #ranges = new Map<string, Ranges>()
  readonly #files: TorrentFiles

  constructor(files: TorrentFiles) {
    this.#files = files
    files.onWritten = (file, begin, end) => {
      const ranges = this.#ranges.get(file.relative) ?? []
      ranges.push([begin, end])
      this.#ranges.set(file.relative, ranges)
    }
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

  stop(): void {
    this.#files.onWritten = null
  }
}

/** Paths of the torrent's files and links that are there, the part file too. */
async function existing(files: TorrentFiles, from: Folders): Promise<string[]> {
  const found: string[] = []
  const all = [...files.paths.entries()].filter(([, path]) => path !== '')
  await forEach(all, 4, async ([index, path]) => {
    const stat = await lstat(from.path(path)).catch(ignoreMissing)
    const expected = files.layout.files[index]!.symlink ? stat?.isSymbolicLink() : stat?.isFile()
    if (expected) found.push(path)
  })
  const { parts } = files
  if (parts && (await lstat(parts.file.path).catch(ignoreMissing))) found.push(parts.file.relative)
  return found
}

async function refuseExisting(to: Folders, paths: readonly string[]): Promise<void> {
  await forEach(paths, 4, async path => {
    if (await lstat(to.path(path)).catch(ignoreMissing))
      throw new ShoalError('io', `${to.path(path)} is there already: move it away or choose another folder`)
  })
}

function ignoreMissing(error: unknown): null {
  if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error))) return null
  throw error
}

async function syncAll(to: Folders, paths: readonly string[], signal?: AbortSignal): Promise<void> {
  await forEach(paths, 2, async path => {
    signal?.throwIfAborted()
    if ((await lstat(to.path(path))).isSymbolicLink()) return
    const fd = await open(to.path(path), WRITE)
    await fdatasync(fd).finally(() => close(fd))
  })
}

function switchTo(files: TorrentFiles, to: Folders): void {
  files.folders = to
  files.place.directory = to.root
}
