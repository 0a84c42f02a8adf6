import { createSeal, SealedContent } from '@shoal/sealed'
import { sealInputs } from './inputs.ts'
import type { Sealed, SealOrder } from './messages.ts'
import type { Sink } from './sink.ts'

export interface SealContext {
  openSink(path: string | null, lengthBytes: number): Promise<Sink>
  onProgress(doneBytes: number, totalBytes: number): void
  readonly signal: AbortSignal
}

/**
 * Seals chosen files in chunks of a megabyte, all or nothing. Rejects with a SealedError,
 * `no-space`, or the signal's reason.
 */
export async function sealFiles(
  { files, to, path }: Omit<SealOrder, 'kind'>,
  { openSink, onProgress, signal }: SealContext,
): Promise<Sealed> {
  const seal = await createSeal(to)
  signal.throwIfAborted()
  const content = new SealedContent(sealInputs(files), seal)
  const totalBytes = content.lengthBytes
  onProgress(0, totalBytes)
  const sink = await openSink(path, totalBytes)
  try {
    let doneBytes = 0
    for await (const bytes of content.stream(0, totalBytes, { signal })) {
      sink.write(bytes)
      doneBytes += bytes.length
      onProgress(doneBytes, totalBytes)
    }
    signal.throwIfAborted()
    return { key: seal.key ?? null, blob: sink.finish() }
  } catch (error) {
    await sink.discard()
    throw error
  }
}
