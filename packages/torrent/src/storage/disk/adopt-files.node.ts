import { errnoOf, ioError } from '../io-errors.ts'
import type { DirtyFiles } from './dirty-files.node.ts'
import type { FileSet } from './file-set.node.ts'
import { forgetPartFile } from './file-stamps.node.ts'
import { close, fdatasync, forEach, readAt, unlink, writeAt } from './fs.node.ts'
import type { LazyPartFile, PartFile } from './part-file.node.ts'

const CHUNK_BYTES = 1024 * 1024

/**
 * Moves the bytes of wanted files out of the part file into their own files, and deletes the part
 * file when it is empty. The caller ensures that nothing else is using the files (see Gate). A
 * crash at any point leaves either the old part file or the completed move: a file is removed from
 * the part file only after its bytes are durable elsewhere, and nothing else writes to that file
 * until then.
 */
export async function adoptWanted(set: FileSet, part: LazyPartFile, dirty: DirtyFiles): Promise<void> {
  const from = part.current
  if (from === null) return
  const adopted = [...set.paths.keys()].filter(index => from.index.holds(index) && set.wants(index))
  if (adopted.length === 0) return
  await forEach(adopted, 2, async index => {
    await set.file(index).whileWriting(() => copyOut(set, from, index))
    // The next flush records the stamp.
    dirty.add(set.file(index))
  })
  await set.folders.sync(set.handles).catch(error => {
    throw ioError(error, set.folders.root)
  })
  from.release(adopted)
  await set.handles.drop(from.file)
  if (from.index.isEmpty) {
    forgetPartFile(set, part, dirty)
    await deletePartFile(from)
  } else {
    await saveHead(from)
    dirty.delete(from.file)
  }
}

async function copyOut(set: FileSet, parts: PartFile, index: number): Promise<void> {
  const { layout } = set
  const entry = layout.files[index]!
  const { first, end } = layout.piecesOf(index)
  const file = set.file(index)
  try {
    const from = await parts.file.open(false)
    try {
      const to = await file.open(true)
      try {
        for (let piece = first; piece < end; piece++) {
          const slot = parts.index.slotOffset(piece)
          if (slot < 0) continue
          const pieceBegin = layout.pieceOffset(piece)
          const begin = Math.max(pieceBegin, entry.offsetBytes)
          const stop = Math.min(pieceBegin + layout.pieceLengthBytes, entry.offsetBytes + entry.lengthBytes)
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

/** Copies up to `length` bytes; fewer if the source ends, because the rest was never written. */
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

async function deletePartFile(parts: PartFile): Promise<void> {
  try {
    await unlink(parts.file.path)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw ioError(error, parts.file.path)
  }
}

async function saveHead(parts: PartFile): Promise<void> {
  try {
    await parts.saveHead()
    const fd = await parts.file.open(true)
    await fdatasync(fd).finally(() => close(fd))
  } catch (error) {
    throw ioError(error, parts.file.path)
  }
}
