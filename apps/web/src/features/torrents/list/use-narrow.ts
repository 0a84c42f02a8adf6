import { useLayoutEffect, useState } from 'react'

const NARROW_PX = 760

/** Returns whether an element is too narrow for columns. */
export function useNarrow(): [(element: HTMLElement | null) => void, boolean] {
  const [element, setElement] = useState<HTMLElement | null>(null)
  const [narrow, setNarrow] = useState(() => innerWidth < NARROW_PX)
  useLayoutEffect(() => {
    if (!element) return
    const observer = new ResizeObserver(([entry]) => setNarrow(entry!.contentRect.width < NARROW_PX))
    observer.observe(element)
    return () => observer.disconnect()
  }, [element])
  return [setElement, narrow]
}
