import type { BrowserPeer } from '../../peer/browser-peer.ts'
import type { FileAddresses } from '../engine/file-addresses.ts'

/** A file that is saved. */
export interface SavedFile {
  readonly id: string
  readonly index: number
  readonly name: string
  readonly lengthBytes: number
}

export interface SaveContext {
  readonly peer: BrowserPeer
  readonly addresses: FileAddresses
  /** Bytes that are written. */
  onProgress(doneBytes: number): void
}

/** `written`: the file is whole. `handed-over`: the browser saves it, and tells of it itself. `cancelled`: by the user. */
export type SaveOutcome = 'written' | 'handed-over' | 'cancelled'

interface Pickers {
  showSaveFilePicker?(options: { suggestedName: string }): Promise<FileSystemFileHandle>
}

/** Without a service worker and without a way to write files, a file has to be held in memory: no more than this. */
const MOST_IN_MEMORY_BYTES = 256 * 2 ** 20

/**
 * Saves a file to the disk as it comes, without holding it: also one that is not complete yet, whose missing parts are fetched first. To be
 * called from a click. Rejects with what the disk or the engine failed with.
 */
export async function saveFile(file: SavedFile, context: SaveContext): Promise<SaveOutcome> {
  const { showSaveFilePicker } = globalThis as Pickers
  if (showSaveFilePicker) {
    const handle = await picked(() => showSaveFilePicker({ suggestedName: file.name }))
    if (!handle) return 'cancelled'
    await writeTo(await handle.createWritable(), file, context)
    return 'written'
  }
  const { addresses } = context
  if (await addresses.work()) {
    openInFrame(addresses.add({ ...file, mediaType: 'application/octet-stream', download: true }))
    return 'handed-over'
  }
  await throughMemory(file, context)
  return 'handed-over'
}

async function writeTo(
  writable: FileSystemWritableFileStream,
  file: SavedFile,
  { peer, onProgress }: SaveContext,
): Promise<void> {
  let done = 0
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform(bytes, controller) {
      done += bytes.length
      onProgress(done)
      controller.enqueue(bytes)
    },
  })
  await peer
    .read(file.id, file.index, { start: 0, end: file.lengthBytes })
    .pipeThrough(count)
    .pipeTo(writable)
}

async function throughMemory(file: SavedFile, { peer }: SaveContext): Promise<void> {
  if (file.lengthBytes > MOST_IN_MEMORY_BYTES)
    throw new Error('open this page over https to save large files')
  const stream = peer.read(file.id, file.index, { start: 0, end: file.lengthBytes })
  const url = URL.createObjectURL(
    await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).blob(),
  )
  follow(url, file.name)
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
