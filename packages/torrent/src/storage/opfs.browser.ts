/**
 * The origin private file system, as the engine uses it: paths of `/` and names to handles, and what its errors mean. Only dedicated workers
 * may open files for synchronous access.
 */
import { type ErrorCode, messageOf, ShoalError } from '../base/errors.ts'
import { WRITE_STEP_BYTES } from './byte-runs.ts'

/** A file open for this context alone (File System Standard, FileSystemSyncAccessHandle). */
export interface SyncAccessHandle {
  read(into: Uint8Array, options: { at: number }): number
  write(bytes: Uint8Array, options: { at: number }): number
  flush(): void
  truncate(size: number): void
  getSize(): number
  close(): void
}

/** What DOM's own types leave out, since pages may not use it. */
export interface OpfsFileHandle extends FileSystemFileHandle {
  createSyncAccessHandle(): Promise<SyncAccessHandle>
  /** Into another folder, under another name. Not in every browser. */
  move?(directory: FileSystemDirectoryHandle, name: string): Promise<void>
}

/** A tab that was closed a moment ago may hold its files a little longer. */
const LOCK_TRIES = 50
const LOCK_WAIT_MS = 100

/** What the errors of browsers mean to the engine, and what a person can do about each. */
const MEANINGS: Record<string, [ErrorCode, (path: string) => string]> = {
  QuotaExceededError: [
    'no-space',
    () => 'the browser has no more room for this site: freed space resumes the download',
  ],
  // Firefox, when the disk itself is full.
  NS_ERROR_FILE_NO_DEVICE_SPACE: [
    'no-space',
    () => 'no space left for this site: freed space resumes the download',
  ],
  NotFoundError: [
    'not-found',
    path => `${path} is not in the browser any more: check the data again to download what is missing`,
  ],
  TypeMismatchError: [
    'unsafe-path',
    path => `${path} is a folder where a file belongs, or the other way round: remove it`,
  ],
  NoModificationAllowedError: [
    'in-use',
    path => `${path} is in use by another tab of this site: close that tab`,
  ],
  NotAllowedError: ['no-permission', () => 'the browser lets this site store nothing: allow it site data'],
  SecurityError: ['no-permission', () => 'the browser lets this site store nothing: allow it site data'],
}

/** The ShoalError for whatever the file system failed with at `path`. ShoalErrors pass as they are. */
export function opfsError(error: unknown, path: string): ShoalError {
  if (error instanceof ShoalError) return error
  const [code, message] = MEANINGS[nameOf(error)] ?? [
    'io',
    () => `cannot use ${path} in the browser's storage: ${messageOf(error)}`,
  ]
  return new ShoalError(code, message(path), { cause: error })
}

/** Bytes were refused without an error: Chromium's private windows and Firefox tell of a full disk so. */
export function refusedBytes(path: string): ShoalError {
  return opfsError(Object.assign(new Error('bytes were refused'), { name: 'QuotaExceededError' }), path)
}

/** Whether the error says that there is no such file or folder. */
export function isMissing(error: unknown): boolean {
  return ['NotFoundError', 'TypeMismatchError'].includes(nameOf(error))
}

/** Name of a DOMException. Firefox has errors whose name is only in their text. */
export function nameOf(error: unknown): string {
  const { name = '', message = '' } = (error ?? {}) as { name?: string; message?: string }
  return Object.keys(MEANINGS).find(known => known === name || message.startsWith(known)) ?? name
}

/** A path's names; what would lead elsewhere is refused. */
export function namesOf(path: string): string[] {
  const names = path.split('/').filter(name => name !== '')
  if (names.some(name => name === '.' || name === '..'))
    throw new ShoalError('bad-argument', `${path} is no path in the browser's storage`)
  return names
}

export function joinPath(directory: string, path: string): string {
  return `/${[...namesOf(directory), ...namesOf(path)].join('/')}`
}

/** The folder at `path`. Rejects with the browser's own error. */
export async function openFolder(path: string, create: boolean): Promise<FileSystemDirectoryHandle> {
  let folder = await navigator.storage.getDirectory()
  for (const name of namesOf(path)) folder = await folder.getDirectoryHandle(name, { create })
  return folder
}

/** The folder that `path` lies in, and the name there. */
export async function openParent(
  path: string,
  create: boolean,
): Promise<{ folder: FileSystemDirectoryHandle; name: string }> {
  const names = namesOf(path)
  const name = names.pop()
  if (name === undefined) throw new ShoalError('bad-argument', `${path} names no file`)
  return { folder: await openFolder(names.join('/'), create), name }
}

/** The file at `path`. Rejects with the browser's own error. */
export async function openFile(path: string, create: boolean): Promise<OpfsFileHandle> {
  const { folder, name } = await openParent(path, create)
  return (await folder.getFileHandle(name, { create })) as OpfsFileHandle
}

/** Size of the file at `path`; -1 when there is none. */
export async function sizeOf(path: string): Promise<number> {
  try {
    const file = await (await openFile(path, false)).getFile()
    return file.size
  } catch (error) {
    if (isMissing(error)) return -1
    throw opfsError(error, path)
  }
}

/** Deletes the file at `path`. Does nothing when there is none. */
export async function removeFile(path: string): Promise<void> {
  try {
    const { folder, name } = await openParent(path, false)
    await folder.removeEntry(name)
  } catch (error) {
    if (!isMissing(error)) throw opfsError(error, path)
  }
}

/** Deletes the folder at `path`, and those above it up to `root`, as long as they are empty. */
export async function removeEmptyFolders(path: string, root: string): Promise<void> {
  const names = namesOf(path)
  for (const depth = namesOf(root).length; names.length >= depth && names.length > 0; names.pop()) {
    try {
      const { folder, name } = await openParent(names.join('/'), false)
      await folder.removeEntry(name)
    } catch {
      // Not empty: all above it are not either.
      return
    }
  }
}

/** Writes all of `bytes`. Throws `no-space` where the browser takes only some, or none. */
export function writeAll(handle: SyncAccessHandle, bytes: Uint8Array, at: number, path: string): void {
  // A short write is no error to it; private windows of Chromium even answer with a count that is none.
  for (let from = 0; from < bytes.length; from += WRITE_STEP_BYTES) {
    const step = bytes.subarray(from, from + WRITE_STEP_BYTES)
    if (handle.write(step, { at: at + from }) !== step.length) throw refusedBytes(path)
  }
}

/** Opens the file at `path` for this context alone. Rejects with the browser's own error. */
export async function lockFile(path: string, create: boolean): Promise<SyncAccessHandle> {
  for (let tries = 1; ; tries++) {
    try {
      return await (await openFile(path, create)).createSyncAccessHandle()
    } catch (error) {
      if (nameOf(error) !== 'NoModificationAllowedError' || tries === LOCK_TRIES) throw error
    }
    await new Promise(resolve => setTimeout(resolve, LOCK_WAIT_MS))
  }
}
