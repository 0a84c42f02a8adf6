import { addNumber, safeComponent, safePaths } from '@shoal/torrent'
import type { ShareFile } from '../share-file.ts'
import { writeTo } from './write-to.ts'

/**
 * Writes files into a new folder below `parent` that is named after the share: existing files stay
 * unchanged.
 */
export async function saveInto(
  parent: FileSystemDirectoryHandle,
  files: readonly ShareFile[],
  shareName: string,
  onProgress: (doneBytes: number) => void,
): Promise<void> {
  const root = await newFolder(parent, shareName)
  // Browsers refuse names that are invalid on any system, hence the stricter rules.
  const paths = safePaths(
    files.map(({ path }) => path),
    'windows',
  )
  let before = 0
  for (const [i, file] of files.entries()) {
    const folders = paths[i]!.split('/')
    const name = folders.pop()!
    let folder = root
    for (const below of folders) folder = await folder.getDirectoryHandle(below, { create: true })
    const handle = await folder.getFileHandle(name, { create: true })
    await writeTo(await handle.createWritable(), file, done => onProgress(before + done))
    before += file.lengthBytes
  }
}

async function newFolder(parent: FileSystemDirectoryHandle, title: string) {
  const plain = safeComponent(title, 'windows')
  let name = plain
  for (let count = 2; await isTaken(parent, name); count++) name = addNumber(plain, count)
  return parent.getDirectoryHandle(name, { create: true })
}

async function isTaken(parent: FileSystemDirectoryHandle, name: string): Promise<boolean> {
  try {
    await parent.getDirectoryHandle(name)
    return true
  } catch (error) {
    const reason = error instanceof Error ? error.name : ''
    if (reason === 'NotFoundError') return false
    // A file has this name.
    if (reason === 'TypeMismatchError') return true
    throw error
  }
}
