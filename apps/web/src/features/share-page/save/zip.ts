import { safeComponent, safePaths } from '@shoal/torrent'
import { makeZip, predictLength } from 'client-zip'
import type { ShareFile } from '../share-file.ts'

/**
 * Creates a ZIP archive of the files while it is read, for browsers in which pages cannot write
 * into folders. The files are stored without compression, so that the length is known in advance.
 */
export function createZip(files: readonly ShareFile[], shareName: string): ShareFile {
  const folder = safeComponent(shareName, 'windows')
  const paths = safePaths(
    files.map(({ path }) => path),
    'windows',
  )
  const lastModified = new Date()
  const entries = files.map(({ lengthBytes }, at) => ({
    name: `${folder}/${paths[at]}`,
    size: lengthBytes,
    lastModified,
  }))
  async function* inputs(signal: AbortSignal) {
    for (const [at, file] of files.entries()) {
      const content = file.read({ start: 0, end: file.lengthBytes })
      yield { ...entries[at]!, input: content.pipeThrough(new TransformStream(), { signal }) }
    }
  }
  return {
    index: -1,
    path: [`${folder}.zip`],
    lengthBytes: Number(predictLength(entries)),
    haveBytes: null,
    read({ start, end }) {
      const abort = new AbortController()
      return part(makeZip(inputs(abort.signal), { buffersAreUTF8: true }), start, end, abort)
    },
  }
}

/**
 * Streams the bytes `[start, end)` of the archive. At the end, or if the reader cancels, `abort`
 * ends the read of the current file.
 */
function part(
  archive: ReadableStream<Uint8Array>,
  start: number,
  end: number,
  abort: AbortController,
): ReadableStream<Uint8Array> {
  const reader = archive.getReader()
  let at = 0
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        for (let given = 0; given === 0; ) {
          const { done, value } = at < end ? await reader.read() : { done: true, value: undefined }
          if (done || !value) {
            abort.abort()
            return controller.close()
          }
          const bytes = value.subarray(Math.max(0, start - at), Math.max(0, end - at))
          at += value.length
          given = bytes.length
          if (given > 0) controller.enqueue(bytes)
        }
      },
      cancel: () => abort.abort(),
    },
    { highWaterMark: 0 },
  )
}
