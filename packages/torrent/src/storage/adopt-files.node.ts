import { close, fdatasync, forEach, readAt, unlink, writeAt } from './fs.node.ts'
import { errnoOf, ioError } from './io-errors.ts'
import type { PartFile } from './part-file.node.ts'
import type { TorrentFiles } from './torrent-files.node.ts'

const CHUNK_BYTES = 1024 * 1024

/**
 * Moves the bytes of files that are wanted now out of the part file into files of their own, and deletes the part file with the last.
 * Runs alone (see Gate). A crash at any point leaves the part file as it was or the work done: it is forgotten there only after the
 * bytes are safe in their file, and until then nothing else writes to that file.
 */
export async function adoptWanted(files: TorrentFiles): Promise<void> {
  const { parts } = files
  if (parts === null) return
  const adopted = [...files.paths.keys()].filter(index => parts.index.holds(index) && files.wants(index))
  if (adopted.length === 0) return
  await forEach(adopted, 2, index => copyOut(files, parts, index))
  await files.folders.sync(files.place.handles).catch(error => {
    throw ioError(error, files.folders.root)
  })
  parts.release(adopted)
  await files.place.handles.drop(parts.file)
  if (parts.index.isEmpty) await removePartFile(files, parts)
  else await saveHead(files, parts)
}

async function copyOut(files: TorrentFiles, parts: PartFile, index: number): Promise<void> {
  const entry = files.layout.files[index]!
  const { first, end } = files.layout.piecesOf(index)
  const file = files.file(index)
  try {
    const from = await parts.file.open(false)
    try {
      const to = await file.open(true)
      try {
        for (let piece = first; piece < end; piece++) {
          const slot = parts.index.slotOffset(piece)
          if (slot < 0) continue
          const pieceBegin = files.layout.pieceOffset(piece)
          const begin = Math.max(pieceBegin, entry.offsetBytes)
          const stop = Math.min(
            pieceBegin + files.layout.pieceLengthBytes,
            entry.offsetBytes + entry.lengthBytes,
          )
          await copyRun(from, slot + begin - pieceBegin, to, begin - entry.offsetBytes, stop - begin)
        }
        await fdatasync(to)
      } finally {
        await close(to)
      }
    } finally {
      await close(from)
    }
  } catch (error) {
    throw ioError(error, file.path)
  }
}

/** Copies up to `length` bytes; fewer where the source ends, since what is missing there was never written. */
async function copyRun(
  from: number,
  fromPosition: number,
  to: number,
  toPosition: number,
  length: number,
): Promise<void> {
  const chunk = new Uint8Array(Math.min(CHUNK_BYTES, length))
  for (let at = 0; at < length; at += chunk.length) {
    const count = await readAt(
      from,
      chunk.subarray(0, Math.min(chunk.length, length - at)),
      fromPosition + at,
    )
    if (count > 0) await writeAt(to, chunk.subarray(0, count), toPosition + at)
    if (count < chunk.length) return
  }
}

async function removePartFile(files: TorrentFiles, parts: PartFile): Promise<void> {
  files.forgetParts()
  try {
    await unlink(parts.file.path)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw ioError(error, parts.file.path)
  }
}

async function saveHead(files: TorrentFiles, parts: PartFile): Promise<void> {
  try {
    await parts.saveHead()
    const fd = await parts.file.open(true)
    await fdatasync(fd).finally(() => close(fd))
  } catch (error) {
    throw ioError(error, parts.file.path)
  }
  files.dirty.delete(parts.file)
}
