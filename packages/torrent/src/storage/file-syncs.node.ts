import { MISSING, stampOf } from './file-stamps.node.ts'
import { fdatasync, forEach } from './fs.node.ts'
import { ioError } from './io-errors.ts'
import type { StoredFile } from './stored-file.node.ts'
import type { TorrentFiles } from './torrent-files.node.ts'

/** `fdatasync` calls at a time: beside them the thread pool has to go on reading and writing. */
export const SYNCS_AT_ONCE = 2
/** Windows flushes only what is open to write. */
const SYNC_WRITABLE = process.platform === 'win32'

/** Makes the bytes of a file survive a power cut. */
export async function syncFile(files: TorrentFiles, file: StoredFile, writable: boolean): Promise<void> {
  const { handles } = files.place
  try {
    const handle = await handles.acquire(file, writable)
    try {
      await fdatasync(handle.fd)
    } finally {
      handles.release(handle)
    }
  } catch (error) {
    throw ioError(error, file.path)
  }
}

/** The same for all files but those, which others may have written to. Names need no care: who finds them after a crash finds their bytes. */
export async function syncOthers(files: TorrentFiles, done: ReadonlySet<StoredFile>): Promise<void> {
  const others = files.layout.files.flatMap(({ pad, symlink, lengthBytes }, index) =>
    pad || symlink || lengthBytes === 0 ? [] : [files.file(index)],
  )
  if (files.parts) others.push(files.parts.file)
  await forEach(others, SYNCS_AT_ONCE, async file => {
    const { size } = done.has(file) ? MISSING : await stampOf(files, file)
    // To open a file to write would cut what is too long.
    if (size > 0 && !(SYNC_WRITABLE && size > file.lengthBytes)) await syncFile(files, file, SYNC_WRITABLE)
  })
}
