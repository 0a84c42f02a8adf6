import { infoHashText, type Metainfo, PieceLayout, ShoalError } from '@shoal/torrent'
import { createFileStorage, HandlePool } from '@shoal/torrent/storage'
import { BlobStorage, blobsFor } from './blob-storage.ts'
import type { ChosenFile } from './protocol.ts'

const CHUNK_BYTES = 4 << 20

/**
 * Copies chosen files to where the engine stores a torrent. Resolves to false, and leaves nothing
 * there, if the browser lacks space. Rejects if the files cannot be read, or with the signal's
 * reason.
 */
export async function copyFiles(
  { info }: Metainfo,
  files: readonly ChosenFile[],
  directory: string,
  signal: AbortSignal,
): Promise<boolean> {
  const layout = new PieceLayout(info)
  const source = new BlobStorage(layout, blobsFor(layout, info.singleFile, files) ?? [])
  const name = infoHashText(info.infoHashes)
  const target = createFileStorage({ layout, name, directory, handles: new HandlePool(), preallocate: true })
  try {
    const chunk = new Uint8Array(CHUNK_BYTES)
    for (let at = 0; at < layout.totalBytes; at += CHUNK_BYTES) {
      signal.throwIfAborted()
      const part = chunk.subarray(0, Math.min(CHUNK_BYTES, layout.totalBytes - at))
      await source.read(at, part)
      await target.write(at, part)
    }
    await target.flush()
    await target.close()
    return true
  } catch (error) {
    await target.remove()
    if (error instanceof ShoalError && error.code === 'no-space') return false
    throw error
  }
}
