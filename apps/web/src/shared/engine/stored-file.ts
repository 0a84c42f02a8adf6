import { ShoalError } from '@shoal/torrent'

/** Members that the DOM types lack. */
type MovableFile = FileSystemFileHandle & {
  move(folder: FileSystemDirectoryHandle, name: string): Promise<void>
}

/** Returns the file at a path of the origin private file system. Rejects with `not-found`. */
export async function storedFile(path: string): Promise<File> {
  try {
    return await (await openHandle(path)).getFile()
  } catch (cause) {
    throw new ShoalError('not-found', 'The file to share is no longer stored in this browser. Start again.', {
      cause,
    })
  }
}

/**
 * Moves a file of the origin private file system into another folder, unless it is there already.
 * The file must not be open.
 */
export async function moveStored(path: string, directory: string, name: string): Promise<void> {
  const folder = await openFolder(splitPath(directory), true)
  try {
    const file = (await openHandle(path)) as MovableFile
    await file.move(folder, name)
  } catch (error) {
    if (!isMissing(error)) throw error
    await folder.getFileHandle(name)
  }
}

/** Deletes a folder with its contents. Does nothing if it does not exist. */
export async function removeStoredFolder(path: string): Promise<void> {
  return removeEntry(path, { recursive: true })
}

/** Deletes a file. Does nothing if it does not exist. */
export async function removeStored(path: string): Promise<void> {
  return removeEntry(path)
}

async function removeEntry(path: string, options?: { recursive: boolean }): Promise<void> {
  const names = splitPath(path)
  const name = names.pop()!
  try {
    await (await openFolder(names, false)).removeEntry(name, options)
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && error.name === 'NotFoundError'
}

async function openHandle(path: string): Promise<FileSystemFileHandle> {
  const names = splitPath(path)
  const name = names.pop()!
  return (await openFolder(names, false)).getFileHandle(name)
}

export async function openFolder(
  names: readonly string[],
  create: boolean,
): Promise<FileSystemDirectoryHandle> {
  let folder = await navigator.storage.getDirectory()
  for (const name of names) folder = await folder.getDirectoryHandle(name, { create })
  return folder
}

export function splitPath(path: string): string[] {
  return path.split('/').filter(name => name !== '')
}
