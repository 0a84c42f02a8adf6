import type { FileAddresses } from '../engine/file-addresses.ts'
import { nameOf, type ShareFile } from '../share-file.ts'
import { writeTo } from './write-to.ts'

export interface SaveContext {
  readonly addresses: FileAddresses
  /** `doneBytes`: bytes written so far. */
  onProgress(doneBytes: number): void
}

/**
 * `written`: the file is complete. `handed-over`: the browser saves it from this page and shows the
 * progress. `taken-over`: the browser downloads it from the node that serves the page. `cancelled`:
 * by the user.
 */
export type SaveOutcome = 'written' | 'handed-over' | 'taken-over' | 'cancelled'

interface Pickers {
  showDirectoryPicker?(options: { mode: 'readwrite' }): Promise<FileSystemDirectoryHandle>
  showSaveFilePicker?(options: { suggestedName: string }): Promise<FileSystemFileHandle>
}

/**
 * Saves a file to the disk as it arrives, without holding it in memory. Missing pieces of an
 * incomplete file are downloaded first. Must be called from a click. Rejects with the error of the
 * disk or of the engine.
 */
export async function saveFile(file: ShareFile, context: SaveContext): Promise<SaveOutcome> {
  if (file.href) {
    follow(`${file.href}${file.index < 0 ? '' : '?save'}`)
    return 'taken-over'
  }
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
  const { saveThroughMemory } = await import('./through-memory.ts')
  await saveThroughMemory(file)
  return 'handed-over'
}

/**
 * Saves files with their folders, in a new folder that is named after the share below the one that
 * the user chooses. Where pages cannot write into folders, saves one archive. Otherwise like
 * `saveFile`.
 */
export async function saveAll(
  files: readonly ShareFile[],
  shareName: string,
  context: SaveContext,
): Promise<SaveOutcome> {
  const { showDirectoryPicker } = globalThis as Pickers
  if (files[0]?.href) return saveFile((await import('./archive.ts')).archiveOf(files), context)
  if (!showDirectoryPicker) return saveFile((await import('./zip.ts')).createZip(files, shareName), context)
  const chosen = await picked(() => showDirectoryPicker({ mode: 'readwrite' }))
  if (!chosen) return 'cancelled'
  const { saveInto } = await import('./save-into.ts')
  await saveInto(chosen, files, shareName, context.onProgress)
  return 'written'
}

/**
 * A link with `download` would bypass the service worker. The answer is an attachment: the frame
 * never shows anything.
 */
function openInFrame(url: string): void {
  const frame = document.createElement('iframe')
  frame.hidden = true
  frame.src = url
  document.body.append(frame)
}

/** Navigates to an address whose answer is an attachment, so that the page stays open. */
function follow(url: string): void {
  const link = document.createElement('a')
  link.href = url
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
