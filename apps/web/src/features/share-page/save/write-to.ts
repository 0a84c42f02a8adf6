import type { ShareFile } from '../share-file.ts'

/**
 * Writes the whole file as it arrives, and downloads missing pieces. `onProgress` receives the
 * number of written bytes. Rejects with the error of the disk or of the engine.
 */
export async function writeTo(
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
