/**
 * A page that measures the parts of a download other than the network, in a worker like the
 * engine's.
 */
import type { Parts } from './parts-worker.ts'

Object.assign(window, {
  parts: (totalBytes: number) =>
    new Promise<Parts>((resolve, reject) => {
      const worker = new Worker(new URL('./parts-worker.ts', import.meta.url), { type: 'module' })
      worker.onmessage = ({ data }: MessageEvent<Parts>) => {
        worker.terminate()
        resolve(data)
      }
      worker.onerror = event => reject(new Error(event.message))
      worker.postMessage(totalBytes)
    }),
})
