import { useEffect, useState } from 'react'

export interface Stopping {
  /** Returns a signal for work that begins. */
  begin(): AbortSignal
  /** Ends the work that has begun. */
  stop(): void
}

/** Lets the user stop something that takes long. It is stopped, too, when the component is gone. */
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
