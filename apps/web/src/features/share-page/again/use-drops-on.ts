import { type RefObject, useEffect, useRef } from 'react'
import type { DroppedFile } from '../../../shared/dropped/dropped.ts'
import { droppedFiles } from '../../../shared/dropped/dropped.ts'

/** Takes what is dropped on the element of the result. On the rest of the page a drop begins another share. */
export function useDropsOn<Place extends HTMLElement>(
  take: (open: () => Promise<readonly DroppedFile[]>) => void,
): RefObject<Place | null> {
  const place = useRef<Place>(null)
  const latest = useRef(take)
  useEffect(() => {
    latest.current = take
  })
  useEffect(() => {
    const element = place.current
    const drop = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return
      event.preventDefault()
      event.stopPropagation()
      // Now: what is in it is gone after the event.
      const dropped = droppedFiles(event.dataTransfer)
      latest.current(() => dropped)
    }
    element?.addEventListener('drop', drop)
    return () => element?.removeEventListener('drop', drop)
  }, [])
  return place
}
