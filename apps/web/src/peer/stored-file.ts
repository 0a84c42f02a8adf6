import { ShoalError } from '@shoal/torrent'

/** What DOM's own types leave out. */
type MovableFile = FileSystemFileHandle & {
  move(folder: FileSystemDirectoryHandle, name: string): Promise<void>
}

/** The file at a path of the origin private file system. Rejects with `not-found`. */
export async function storedFile(path: string): Promise<File> {
  try {
    return await (await handleOf(path)).getFile()
  } catch (cause) {
    throw new ShoalError('not-found', 'what was to be shared is not in the browser any more: begin again', {
      cause,
    })
  }
}

/** Moves a file of the origin private file system into another folder of it. Nobody may have it open. */
export async function moveStored(path: string, directory: string, name: string): Promise<void> {
  const file = (await handleOf(path)) as MovableFile
  await file.move(await folderOf(namesOf(directory), true), name)
}

/** Deletes a file. Does nothing when there is none. */
export async function removeStored(path: string): Promise<void> {
  const names = namesOf(path)
  const name = names.pop()!
  try {
    await (await folderOf(names, false)).removeEntry(name)
  } catch (error) {
    if (!(error instanceof Error && error.name === 'NotFoundError')) throw error
  }
}

async function handleOf(path: string): Promise<FileSystemFileHandle> {
  const names = namesOf(path)
  const name = names.pop()!
  return (await folderOf(names, false)).getFileHandle(name)
}

export async function folderOf(
  names: readonly string[],
  create: boolean,
): Promise<FileSystemDirectoryHandle> {
  let folder = await navigator.storage.getDirectory()
  for (const name of names) folder = await folder.getDirectoryHandle(name, { create })
  return folder
}

export function namesOf(path: string): string[] {
  return path.split('/').filter(name => name !== '')
}
