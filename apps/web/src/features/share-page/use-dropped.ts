import { useEffect } from 'react'
import type { Cell } from '../../shared/base/cell.ts'
import type { DroppedFile } from '../../shared/dropped/dropped.ts'
import { droppedFiles } from '../../shared/dropped/dropped.ts'

/** Why they cannot be read, if they cannot. */
export type Dropped = readonly DroppedFile[] | Error

/**
 * Files may be dropped anywhere: the page without a link shares them. Nowhere may the browser open them instead, which would end the page and
 * all that it does.
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
    // Entering too: browsers ask by `dragover` only where the hand has stayed on one element, and the page may change under it.
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
