import type { FileStamp, StampOptions } from '../storage.ts'
import type { DirtyFiles } from './dirty-files.node.ts'
import type { FileSet } from './file-set.node.ts'
import { forEach } from './fs.node.ts'
import type { LazyPartFile } from './part-file.node.ts'
import { MISSING, readIdentity, readStamp } from './stored-file.node.ts'

/** Number of concurrent `stat` calls. The thread pool must also keep reading and writing. */
const STATS_AT_ONCE = 4

/** See `Storage.stamps`. */
export async function stampAll(
  set: FileSet,
  part: LazyPartFile,
  dirty: DirtyFiles,
  options: StampOptions,
): Promise<FileStamp[]> {
  if (!set.wantsAll) await part.load()
  if (!part.isLoaded) {
    const stamps = await stampLoaded(set, part, dirty, options)
    // If everything is wanted, a part file exists only after a crash while bytes were moved out of
    // it. Some file is then incomplete.
    if (set.layout.files.every((file, index) => file.pad || stamps[index]!.size >= file.lengthBytes))
      return stamps
    await part.load()
    if (part.current === null) return stamps
  }
  return stampLoaded(set, part, dirty, options)
}

async function stampLoaded(
  set: FileSet,
  part: LazyPartFile,
  dirty: DirtyFiles,
  { only, signal }: StampOptions,
): Promise<FileStamp[]> {
  const { layout, handles } = set
  const known = part.current
  // A write may be creating it.
  const wasStored = known?.isStored ?? false
  const partStamp = known ? await readStamp(part.file, handles) : MISSING
  if (wasStored && partStamp === MISSING && part.current === known) {
    await handles.drop(part.file)
    forgetPartFile(set, part, dirty)
  }
  const stamps: FileStamp[] = layout.files.map(() => MISSING)
  await forEach([...layout.files.keys()], STATS_AT_ONCE, async index => {
    const { pad, symlink, lengthBytes } = layout.files[index]!
    if (pad || symlink) return
    // The file counts as complete; the part file's time reveals changes.
    if (part.holds(index)) stamps[index] = { size: lengthBytes, mtimeNs: partStamp.mtimeNs, isApart: true }
    else if (only?.(index) !== false) {
      signal?.throwIfAborted()
      stamps[index] = await stampFile(set, dirty, index)
    }
  })
  return stamps
}

async function stampFile(set: FileSet, dirty: DirtyFiles, index: number): Promise<FileStamp> {
  const known = set.known.get(index)
  const { own } = set
  const { created } = own
  const { stamp, inode } = await readIdentity(
    set.fileInUse(index) ?? { path: set.diskPath(index) },
    set.handles,
  )
  const isEmpty = set.layout.files[index]!.lengthBytes === 0
  // Any file at its path, now or later, may belong to someone else.
  if (stamp === MISSING) {
    if (created === own.created) own.doubt(index)
  } else if (isEmpty ? stamp.size > 0 : set.known.compare(index, known, stamp)) own.doubt(index)
  else if (created === own.created && own.isOther(index, inode)) own.doubt(index)
  // The caller learns that the file is missing, so it may be created again.
  if (stamp === MISSING && set.seen.has(index)) {
    const file = set.file(index)
    set.seen.delete(index)
    dirty.delete(file)
    await set.handles.drop(file)
  }
  return stamp
}

/** Forgets the part file, which is no longer on disk. */
export function forgetPartFile(set: FileSet, part: LazyPartFile, dirty: DirtyFiles): void {
  part.forget()
  dirty.delete(part.file)
  set.seen.delete(part.file.index)
}
