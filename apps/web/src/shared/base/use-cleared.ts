import { useEffect, useRef } from 'react'

/**
 * Calls `clear` when the user changes a field while an error is shown, since the error belongs to
 * the previous value. Fields that a script changes must call it themselves.
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
