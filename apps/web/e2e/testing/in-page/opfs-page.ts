import type { Outcome } from './vitest.ts'

declare global {
  interface Window {
    /** The outcomes of the suites that run in the worker. */
    outcomes: Promise<Outcome[]>
  }
}

window.outcomes = new Promise((resolve, reject) => {
  const worker = new Worker(new URL('./opfs-worker.ts', import.meta.url), { type: 'module' })
  worker.onmessage = ({ data }) => resolve(data)
  worker.onerror = ({ message }) => reject(new Error(message))
})
