/** Files of this machine, dragged onto a page as from a file manager. */
import type { Page } from 'playwright-core'

export interface Drag {
  enter(): Promise<unknown>
  /** Lets go at once: what the page did not take when it was entered is lost. */
  drop(): Promise<unknown>
}

/** Runs `work` with files and folders in the hand, over the page at `at`: CSS pixels. */
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
