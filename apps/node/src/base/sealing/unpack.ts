/**
 * Extracts a sealed share, first into a hidden folder, so that no incomplete files become visible.
 */
import { randomUUID } from 'node:crypto'
import { type FileHandle, lstat, mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileFailure } from '@shoal/daemon/failure'
import type { OpenedFile, OpenedShare } from '@shoal/sealed'
import { addNumber, type NameRules, safeComponent } from '@shoal/torrent'
import { makeFolders } from '@shoal/torrent/make-folders'
import { safeFileName } from '../files/file-name.ts'

const RULES: NameRules = process.platform === 'win32' ? 'windows' : 'posix'

export interface UnpackOptions {
  readonly signal: AbortSignal
  /**
   * Whether hidden names at the top level stay hidden. A node renames them (`.ssh` becomes `_ssh`),
   * since callers with only a password choose what it opens, and its folder can be the home folder,
   * whose hidden files include keys and autostart programs.
   */
  readonly hidden: 'kept' | 'renamed'
  onProgress?(progress: { doneBytes: number; totalBytes: number }): void
}

export interface Unpacked {
  /** Full paths of the new files and folders at the top level. */
  readonly paths: readonly string[]
  readonly files: readonly { readonly path: string; readonly length: number }[]
  readonly lengthBytes: number
}

/**
 * Extracts a share into `directory`. Existing files are kept; a new one of the same name gets a
 * number: `Photos (2)`. Rejects with a SealedError or a Failure of the disk, leaving nothing
 * behind.
 */
export async function unpack(
  share: OpenedShare,
  directory: string,
  options: UnpackOptions,
): Promise<Unpacked> {
  const temporary = join(directory, `.shoal-${randomUUID()}`)
  try {
    await makeFolders(directory)
    await mkdir(temporary)
    await writeEntries(share, temporary, options)
    return await settle(share, temporary, directory, options.hidden)
  } catch (error) {
    throw fileFailure(error, directory)
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

async function writeEntries(
  share: OpenedShare,
  folder: string,
  { signal, onProgress }: UnpackOptions,
): Promise<void> {
  const totalBytes = share.lengthBytes
  let doneBytes = 0
  for (const entry of share.entries) {
    const path = entry.path.map(component => safeComponent(component, RULES))
    await makeFolders(join(folder, ...(entry.folder ? path : path.slice(0, -1))))
    if (entry.folder) continue
    const content = await share.file(entry.path, { signal })
    const file = await openNew(join(folder, ...path.slice(0, -1)), path.at(-1)!, content.executable)
    await write(file, content, signal, bytes => {
      doneBytes += bytes
      onProgress?.({ doneBytes, totalBytes })
    })
  }
}

/** Names that differ in the share can be equal on this disk. The later file then gets a number. */
async function openNew(folder: string, name: string, executable: boolean): Promise<FileHandle> {
  for (let count = 1; ; count++) {
    const path = join(folder, count === 1 ? name : addNumber(name, count))
    try {
      return await open(path, 'wx', executable ? 0o777 : 0o666)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || count >= 1000) throw error
    }
  }
}

async function write(
  file: FileHandle,
  content: OpenedFile,
  signal: AbortSignal,
  wrote: (bytes: number) => void,
): Promise<void> {
  try {
    for await (const bytes of content.stream({ signal })) {
      await file.writeFile(bytes)
      wrote(bytes.length)
    }
    const modified = new Date(content.modifiedMs)
    if (content.modifiedMs > 0) await file.utimes(modified, modified)
  } finally {
    await file.close()
  }
}

/** Moves the complete files to their visible places. */
async function settle(
  share: OpenedShare,
  temporary: string,
  directory: string,
  hidden: UnpackOptions['hidden'],
): Promise<Unpacked> {
  const tops = [...new Set(share.entries.map(({ path }) => safeComponent(path[0]!, RULES)))]
  const places = new Map<string, string>()
  for (const name of tops) {
    const place = await freePath(directory, hidden === 'kept' ? name : safeFileName(name, RULES))
    await rename(join(temporary, name), place)
    places.set(name, place)
  }
  const files = share.entries
    .filter(({ folder }) => !folder)
    .map(({ path: [top, ...below], lengthBytes }) => ({
      path: join(places.get(safeComponent(top!, RULES))!, ...below.map(name => safeComponent(name, RULES))),
      length: lengthBytes,
    }))
  return { paths: [...places.values()], files, lengthBytes: share.lengthBytes }
}

async function freePath(directory: string, name: string): Promise<string> {
  for (let count = 1; ; count++) {
    const path = join(directory, count === 1 ? name : addNumber(name, count))
    const taken = await lstat(path).then(
      () => true,
      () => false,
    )
    if (!taken) return path
  }
}
