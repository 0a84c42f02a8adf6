/**
 * Helpers for the origin private file system: opens files by paths with `/` and converts errors.
 * Only dedicated workers may open files for synchronous access.
 */
import { type ErrorCode, messageOf, ShoalError } from '../../base/errors.ts'
import { WRITE_STEP_BYTES } from '../byte-runs.ts'

/** A file opened exclusively by this context (File System Standard, FileSystemSyncAccessHandle). */
export interface SyncAccessHandle {
  read(into: Uint8Array, options: { at: number }): number
  write(bytes: Uint8Array, options: { at: number }): number
  flush(): void
  truncate(size: number): void
  getSize(): number
  close(): void
}

/** Members missing in the DOM types, because only workers may use them. */
export interface OpfsFileHandle extends FileSystemFileHandle {
  createSyncAccessHandle(): Promise<SyncAccessHandle>
  /** Moves the file to another folder and name. Not available in every browser. */
  move?(directory: FileSystemDirectoryHandle, name: string): Promise<void>
}

/** A recently closed tab may hold its files a little longer. */
const LOCK_TRIES = 50
const LOCK_WAIT_MS = 100

/** Engine error codes and messages for the browsers' errors. */
const MEANINGS: Record<string, [ErrorCode, (path: string) => string]> = {
  QuotaExceededError: [
    'no-space',
    () => 'The browser has no more space for this site. Free some space to resume the download.',
  ],
  // Firefox, when the disk itself is full.
  NS_ERROR_FILE_NO_DEVICE_SPACE: [
    'no-space',
    () => 'No space left for this site. Free some space to resume the download.',
  ],
  NotFoundError: [
    'not-found',
    path => `${path} is no longer in the browser. Check the data again to download what is missing.`,
  ],
  TypeMismatchError: [
    'unsafe-path',
    path => `${path} is a folder in place of a file, or vice versa. Remove it.`,
  ],
  NoModificationAllowedError: [
    'in-use',
    path => `${path} is in use by another tab of this site. Close that tab.`,
  ],
  NotAllowedError: ['no-permission', () => 'The browser does not let this site store data. Allow site data.'],
  SecurityError: ['no-permission', () => 'The browser does not let this site store data. Allow site data.'],
}

/**
 * Converts an error of the file system at `path` to a ShoalError. Returns ShoalErrors unchanged.
 */
export function opfsError(error: unknown, path: string): ShoalError {
  if (error instanceof ShoalError) return error
  const [code, message] = MEANINGS[errorName(error)] ?? [
    'io',
    () => `Cannot use ${path} in the browser's storage: ${messageOf(error)}`,
  ]
  return new ShoalError(code, message(path), { cause: error })
}

/**
 * The error for bytes that were silently not written, which is how Chromium's private windows and
 * Firefox report a full disk.
 */
export function refusedBytes(path: string): ShoalError {
  return opfsError(Object.assign(new Error('bytes were refused'), { name: 'QuotaExceededError' }), path)
}

/** Whether the error means that the file or folder does not exist. */
export function isMissing(error: unknown): boolean {
  return ['NotFoundError', 'TypeMismatchError'].includes(errorName(error))
}

/** Name of a DOMException. Some errors of Firefox have their name only in the message. */
export function errorName(error: unknown): string {
  const { name = '', message = '' } = (error ?? {}) as { name?: string; message?: string }
  return Object.keys(MEANINGS).find(known => known === name || message.startsWith(known)) ?? name
}

/** Splits a path into names. Throws `bad-argument` if one is `.` or `..`. */
export function splitPath(path: string): string[] {
  const names = path.split('/').filter(name => name !== '')
  if (names.some(name => name === '.' || name === '..'))
    throw new ShoalError('bad-argument', `${path} is not a valid path in the browser's storage`)
  return names
}

export function joinPath(directory: string, path: string): string {
  return `/${[...splitPath(directory), ...splitPath(path)].join('/')}`
}

/** The folder at `path`. Rejects with the browser's own error. */
export async function openFolder(path: string, create: boolean): Promise<FileSystemDirectoryHandle> {
  let folder = await navigator.storage.getDirectory()
  for (const name of splitPath(path)) folder = await folder.getDirectoryHandle(name, { create })
  return folder
}

/** The parent folder of `path`, and the name in it. */
export async function openParent(
  path: string,
  create: boolean,
): Promise<{ folder: FileSystemDirectoryHandle; name: string }> {
  const names = splitPath(path)
  const name = names.pop()
  if (name === undefined) throw new ShoalError('bad-argument', `${path} is not the path of a file`)
  return { folder: await openFolder(names.join('/'), create), name }
}

/** The file at `path`. Rejects with the browser's own error. */
export async function openFile(path: string, create: boolean): Promise<OpfsFileHandle> {
  const { folder, name } = await openParent(path, create)
  return (await folder.getFileHandle(name, { create })) as OpfsFileHandle
}

/** Size of the file at `path`; -1 if it does not exist. */
export async function sizeOf(path: string): Promise<number> {
  try {
    const file = await (await openFile(path, false)).getFile()
    return file.size
  } catch (error) {
    if (isMissing(error)) return -1
    throw opfsError(error, path)
  }
}

/** Deletes the file at `path` if it exists. */
export async function removeFile(path: string): Promise<void> {
  try {
    const { folder, name } = await openParent(path, false)
    await folder.removeEntry(name)
  } catch (error) {
    if (!isMissing(error)) throw opfsError(error, path)
  }
}

/** Deletes the folder at `path` and its parents up to `root`, as long as they are empty. */
export async function removeEmptyFolders(path: string, root: string): Promise<void> {
  const names = splitPath(path)
  for (const depth = splitPath(root).length; names.length >= depth && names.length > 0; names.pop()) {
    try {
      const { folder, name } = await openParent(names.join('/'), false)
      await folder.removeEntry(name)
    } catch {
      // It is not empty, so its parents are not either.
      return
    }
  }
}

/** Writes all of `bytes`. Throws `no-space` if the browser writes fewer. */
export function writeAll(handle: SyncAccessHandle, bytes: Uint8Array, at: number, path: string): void {
  // A short write does not throw, and Chromium's private windows even return an invalid count.
  for (let from = 0; from < bytes.length; from += WRITE_STEP_BYTES) {
    const step = bytes.subarray(from, from + WRITE_STEP_BYTES)
    if (handle.write(step, { at: at + from }) !== step.length) throw refusedBytes(path)
  }
}

/** Opens the file at `path` exclusively. Rejects with the browser's own error. */
export async function lockFile(path: string, create: boolean): Promise<SyncAccessHandle> {
  for (let tries = 1; ; tries++) {
    try {
      return await (await openFile(path, create)).createSyncAccessHandle()
    } catch (error) {
      if (errorName(error) !== 'NoModificationAllowedError' || tries === LOCK_TRIES) throw error
    }
    await new Promise(resolve => setTimeout(resolve, LOCK_WAIT_MS))
  }
}
