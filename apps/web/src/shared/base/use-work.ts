import { useState } from 'react'
import { OneAtATime } from './one-at-a-time.ts'
import { useCleared } from './use-cleared.ts'

export interface Work {
  readonly isBusy: boolean
  /** The last error; null while the work runs again, and after a field was changed. */
  readonly failure: unknown
  run(work: () => Promise<void>): void
}

/**
 * Runs the action of a form, one call at a time, and keeps its error: a double click runs it once.
 */
export function useWork(): Work {
  const [turns] = useState(() => new OneAtATime())
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<unknown>(null)
  useCleared(failure !== null, () => setFailure(null))
  const run = async (work: () => Promise<void>) => {
    setBusy(true)
    setFailure(null)
    try {
      await work()
    } catch (error) {
      setFailure(error)
    }
    setBusy(false)
  }
  return { isBusy, failure, run: work => void turns.run(() => run(work)) }
}
