import { forEach, lstat } from './fs.node.ts'
import { errnoOf, ioError } from './io-errors.ts'
import type { FileStamp } from './storage.ts'
import { StoredFile } from './stored-file.node.ts'
import type { TorrentFiles } from './torrent-files.node.ts'

/** `stat` calls at a time: beside them the thread pool has to go on reading and writing. */
const STATS_AT_ONCE = 4

/** Of a file that does not exist. */
export const MISSING: FileStamp = { size: -1, mtimeNs: '0' }

/** See `Storage.stamps`. Runs inside the gate. */
export async function stampsOf(files: TorrentFiles): Promise<FileStamp[]> {
  if (files.place.wanted !== null) await files.load()
  if (!files.isLoaded) {
    const stamps = await stampAll(files)
    // With everything wanted there is a part file only after a crash, while bytes were moved out of it: then some file is not whole.
    if (files.layout.files.every((file, index) => file.pad || stamps[index]!.size >= file.lengthBytes))
      return stamps
    await files.load()
    if (files.parts === null) return stamps
  }
  return stampAll(files)
}

async function stampAll(files: TorrentFiles): Promise<FileStamp[]> {
  const { layout, parts } = files
  const kept = parts ? await stampOf(files, parts.file) : MISSING
  if (parts && kept === MISSING) {
    await files.place.handles.drop(parts.file)
    files.forgetParts()
  }
  const stamps: FileStamp[] = layout.files.map(() => MISSING)
  await forEach([...layout.files.keys()], STATS_AT_ONCE, async index => {
    const { pad, symlink, lengthBytes } = layout.files[index]!
    if (pad || symlink) return
    // Its own length as size, for whoever compares the two: what says that something changed is the time.
    stamps[index] = files.parts?.index.holds(index)
      ? { size: lengthBytes, mtimeNs: kept.mtimeNs }
      : await stampOfIndex(files, index)
  })
  return stamps
}

async function stampOfIndex(files: TorrentFiles, index: number): Promise<FileStamp> {
  const path = () => files.folders.path(files.paths[index]!)
  const stamp = await stampOf(files, files.fileInUse(index) ?? { path: path() })
  // Whoever asks for stamps learns that the file is gone, so it may be created anew.
  if (stamp === MISSING && files.place.seen?.[index] === 1) {
    const file = files.file(index)
    files.setSeen(file, false)
    files.dirty.delete(file)
    await files.place.handles.drop(file)
  }
  return stamp
}

/** The stamp of one file. */
export async function stampOf(files: TorrentFiles, file: Pick<StoredFile, 'path'>): Promise<FileStamp> {
  try {
    const stat = await lstat(file.path, { bigint: true })
    // Another file took its name: what is still open is nobody's any more.
    if (file instanceof StoredFile && file.wasReplacedBy(Number(stat.ino)))
      await files.place.handles.drop(file)
    return stat.isFile() ? { size: Number(stat.size), mtimeNs: `${stat.mtimeNs}` } : MISSING
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errnoOf(error))) return MISSING
    throw ioError(error, file.path)
  }
}
