import { formatBytes } from '../../../shared/format/format.ts'
import { texts } from '../../../shared/messages/share-more.ts'
import { nameOf, type ShareFile } from '../share-file.ts'

/**
 * Without a service worker and a way to write files, a file has to be held in memory: this is the
 * limit.
 */
export const MOST_IN_MEMORY_BYTES = 256 * 2 ** 20

export async function saveThroughMemory(file: ShareFile): Promise<void> {
  if (file.lengthBytes > MOST_IN_MEMORY_BYTES)
    throw new Error(texts.host.tooLarge({ most: formatBytes(MOST_IN_MEMORY_BYTES) }))
  const stream = file.read({ start: 0, end: file.lengthBytes })
  const url = URL.createObjectURL(
    await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).blob(),
  )
  const link = document.createElement('a')
  link.href = url
  link.download = nameOf(file)
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
