/** Drags files of this machine onto a page, like a file manager. */
import type { Page } from 'playwright-core'

export interface Drag {
  enter(): Promise<unknown>
  /** Drops immediately. The page must have accepted the drag when it entered. */
  drop(): Promise<unknown>
}

/** Runs `work` while files and folders are dragged over the page at `at` (CSS pixels). */
export async function dragging(
  page: Page,
  at: { readonly x: number; readonly y: number },
  files: readonly string[],
  work: (drag: Drag) => Promise<void>,
): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  const data = { items: [], files: [...files], dragOperationsMask: 1 }
  const send = (type: 'dragEnter' | 'drop') => devtools.send('Input.dispatchDragEvent', { type, ...at, data })
  await work({
    enter: () => send('dragEnter'),
    drop: () => send('drop'),
  })
  await devtools.detach()
}
