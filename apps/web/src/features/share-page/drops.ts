import { type RefObject, useEffect, useRef } from 'react'
import type { Cell } from '../../shared/base/cell.ts'
import { type DroppedFile, droppedFiles } from '../../shared/dropped/dropped.ts'

/** Dropped files, or why they cannot be read. */
export type Dropped = readonly DroppedFile[] | Error

/**
 * Accepts files that are dropped anywhere on the page and opens the form that shares them. The
 * browser must never open them itself: that would close the page and end its transfers.
 */
export function useDropped(dropped: Cell<Dropped | null>): void {
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes('Files')) event.preventDefault()
    }
    const drop = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return
      event.preventDefault()
      droppedFiles(event.dataTransfer).then(
        files => dropped.set(files),
        (error: Error) => dropped.set(error),
      )
      location.hash = '#/'
    }
    // `dragenter` too: `dragover` may not fire if the element under the pointer changes.
    addEventListener('dragenter', over)
    addEventListener('dragover', over)
    addEventListener('drop', drop)
    return () => {
      removeEventListener('dragenter', over)
      removeEventListener('dragover', over)
      removeEventListener('drop', drop)
    }
  }, [dropped])
}

/**
 * Accepts files that are dropped on the element with the returned ref. A drop elsewhere on the page
 * starts another share.
 */
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
      // Read now: the transfer is empty after the event.
      const dropped = droppedFiles(event.dataTransfer)
      latest.current(() => dropped)
    }
    element?.addEventListener('drop', drop)
    return () => element?.removeEventListener('drop', drop)
  }, [])
  return place
}
