import { useState } from 'react'
import { OneAtATime } from './one-at-a-time.ts'

export interface Work {
  readonly isBusy: boolean
  /** What it failed with last; null while it runs again. */
  readonly failure: unknown
  run(work: () => Promise<void>): void
}

/** Work of a form, one at a time, whose failure is shown: pressed twice it is done once. */
export function useWork(): Work {
  const [turns] = useState(() => new OneAtATime())
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<unknown>(null)
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
