import { useEffect, useState } from 'react'

export interface Stopping {
  /** Returns a signal for an action that starts. */
  begin(): AbortSignal
  /** Aborts the action. */
  stop(): void
}

/** Lets the user stop a long action. It also stops when the component is unmounted. */
export function useStopping(): Stopping {
  const [stopping] = useState<Stopping>(() => {
    let running: AbortController | null = null
    return {
      begin() {
        running = new AbortController()
        return running.signal
      },
      stop: () => running?.abort(),
    }
  })
  useEffect(() => () => stopping.stop(), [stopping])
  return stopping
}
