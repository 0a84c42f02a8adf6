import { addNumber, safeComponent } from '@shoal/torrent'
import type { FileAddresses } from '../engine/file-addresses.ts'
import { nameOf, type ShareFile } from '../files/share-file.ts'

export interface SaveContext {
  readonly addresses: FileAddresses
  /** Bytes that are written. */
  onProgress(doneBytes: number): void
}

/** `written`: the file is whole. `handed-over`: the browser saves it, and tells of it itself. `cancelled`: by the user. */
export type SaveOutcome = 'written' | 'handed-over' | 'cancelled'

interface Pickers {
  showDirectoryPicker?(options: { mode: 'readwrite' }): Promise<FileSystemDirectoryHandle>
  showSaveFilePicker?(options: { suggestedName: string }): Promise<FileSystemFileHandle>
}

/** Without a service worker and without a way to write files, a file has to be held in memory: no more than this. */
const MOST_IN_MEMORY_BYTES = 256 * 2 ** 20

/**
 * Saves a file to the disk as it comes, without holding it: also one that is not complete yet, whose missing parts are fetched first. To be
 * called from a click. Rejects with what the disk or the engine failed with.
 */
export async function saveFile(file: ShareFile, context: SaveContext): Promise<SaveOutcome> {
  const { showSaveFilePicker } = globalThis as Pickers
  if (showSaveFilePicker) {
    const handle = await picked(() => showSaveFilePicker({ suggestedName: nameOf(file) }))
    if (!handle) return 'cancelled'
    await writeTo(await handle.createWritable(), file, context.onProgress)
    return 'written'
  }
  const { addresses } = context
  if (await addresses.work()) {
    const shape = { name: nameOf(file), mediaType: 'application/octet-stream', download: true }
    openInFrame(addresses.add({ ...file, ...shape }))
    return 'handed-over'
  }
  await throughMemory(file)
  return 'handed-over'
}

/** Whether many files can be saved at once: not every browser lets pages write into a folder. */
export const canSaveAll = () => (globalThis as Pickers).showDirectoryPicker !== undefined

/**
 * Saves files with their folders, in a new folder named after the share below the one that the user chooses: what is there already stays
 * as it is. Otherwise as `saveFile`.
 */
export async function saveAll(
  files: readonly ShareFile[],
  shareName: string,
  onProgress: (doneBytes: number) => void,
): Promise<SaveOutcome> {
  const chosen = await picked(() => (globalThis as Pickers).showDirectoryPicker!({ mode: 'readwrite' }))
  if (!chosen) return 'cancelled'
  const root = await newFolder(chosen, shareName)
  let before = 0
  for (const file of files) {
    let folder = root
    for (const name of file.path.slice(0, -1))
      folder = await folder.getDirectoryHandle(name, { create: true })
    const handle = await folder.getFileHandle(nameOf(file), { create: true })
    await writeTo(await handle.createWritable(), file, done => onProgress(before + done))
    before += file.lengthBytes
  }
  return 'written'
}

/** Browsers refuse names that any system would: so the stricter rules. */
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
    // A file.
    if (reason === 'TypeMismatchError') return true
    throw error
  }
}

async function writeTo(
  writable: FileSystemWritableFileStream,
  file: ShareFile,
  onProgress: (doneBytes: number) => void,
): Promise<void> {
  let done = 0
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform(bytes, controller) {
      done += bytes.length
      onProgress(done)
      controller.enqueue(bytes)
    },
  })
  await file.read({ start: 0, end: file.lengthBytes }).pipeThrough(count).pipeTo(writable)
}

async function throughMemory(file: ShareFile): Promise<void> {
  if (file.lengthBytes > MOST_IN_MEMORY_BYTES)
    throw new Error('open this page over https to save large files')
  const stream = file.read({ start: 0, end: file.lengthBytes })
  const url = URL.createObjectURL(
    await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).blob(),
  )
  follow(url, nameOf(file))
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

/** A link with `download` would pass by the service worker. The answer is an attachment: nothing is ever shown in the frame. */
function openInFrame(url: string): void {
  const frame = document.createElement('iframe')
  frame.hidden = true
  frame.src = url
  document.body.append(frame)
}

function follow(url: string, name: string): void {
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
}

/** What the user chose; null when the dialog was closed. */
async function picked<Handle>(pick: () => Promise<Handle>): Promise<Handle | null> {
  try {
    return await pick()
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') return null
    throw error
  }
}
