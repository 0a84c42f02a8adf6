import { useEffect, useRef } from 'react'

/**
 * Calls `clear` when the user changes a field while an error is shown: it belongs to what was there before. Fields that a script changes need a
 * call of their own.
 */
export function useCleared(isShown: boolean, clear: () => void): void {
  const latest = useRef(clear)
  latest.current = clear
  useEffect(() => {
    if (!isShown) return
    const onInput = () => latest.current()
    document.addEventListener('input', onInput)
    return () => document.removeEventListener('input', onInput)
  }, [isShown])
}
