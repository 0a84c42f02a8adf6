import type { KeyboardEvent } from 'react'

/**
 * Moves the reading of a chart with `last` + 1 positions, as the keys of a slider do. Escape ends
 * it.
 */
export function moveReading(
  event: KeyboardEvent,
  at: number,
  last: number,
  set: (at: number | null) => void,
): void {
  const page = Math.max(1, Math.round(last / 10))
  const steps: Record<string, number> = {
    ArrowLeft: -1,
    ArrowDown: -1,
    ArrowRight: 1,
    ArrowUp: 1,
    PageDown: -page,
    PageUp: page,
    Home: -last,
    End: last,
  }
  const step = steps[event.key]
  if (event.key === 'Escape') set(null)
  if (step === undefined) return
  event.preventDefault()
  set(Math.max(0, Math.min(last, at + step)))
}
