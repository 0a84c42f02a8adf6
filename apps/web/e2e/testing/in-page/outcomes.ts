import type { Outcome } from './vitest.ts'

declare global {
  interface Window {
    /** The outcomes of the tests that run in the page's worker. */
    outcomes: Promise<readonly Outcome[]>
  }
}

/** Resolves with the outcomes that a worker posts when it has run all its tests. */
export function outcomesOf(worker: Worker): Promise<readonly Outcome[]> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data)
    worker.onerror = ({ message }) => reject(new Error(message))
  })
}
