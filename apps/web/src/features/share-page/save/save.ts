import type { FileAddresses } from '../engine/file-addresses.ts'
import { nameOf, type ShareFile } from '../share-file.ts'
import { writeTo } from './write-to.ts'

export interface SaveContext {
  readonly addresses: FileAddresses
  /** Bytes that are written. */
  onProgress(doneBytes: number): void
}

/** `written`: the file is whole. `handed-over`: the browser saves it and shows the progress. `cancelled`: by the user. */
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

/**
 * Saves files with their folders, in a new folder named after the share below the one that the user chooses; where pages cannot write into
 * folders, as one archive. Otherwise as `saveFile`.
 */
export async function saveAll(
  files: readonly ShareFile[],
  shareName: string,
  context: SaveContext,
): Promise<SaveOutcome> {
  const { showDirectoryPicker } = globalThis as Pickers
  if (!showDirectoryPicker) return saveFile((await import('./zip.ts')).createZip(files, shareName), context)
  const chosen = await picked(() => showDirectoryPicker({ mode: 'readwrite' }))
  if (!chosen) return 'cancelled'
  const { saveInto } = await import('./save-into.ts')
  await saveInto(chosen, files, shareName, context.onProgress)
  return 'written'
}

async function throughMemory(file: ShareFile): Promise<void> {
  if (file.lengthBytes > MOST_IN_MEMORY_BYTES)
    throw new Error('Open this page over https to save large files.')
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

/** Returns the user's choice; null if the dialog was closed. */
async function picked<Handle>(pick: () => Promise<Handle>): Promise<Handle | null> {
  try {
    return await pick()
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') return null
    throw error
  }
}
