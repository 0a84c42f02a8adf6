/** Files of this machine, dragged onto a page as from a file manager. */
import type { Page } from 'playwright-core'

export interface Drag {
  enter(): Promise<unknown>
  /** Moves and lets go: the browser drops only where it knows that the page would have it, which many movements tell it in time. */
  drop(): Promise<void>
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
  const send = (type: 'dragEnter' | 'dragOver' | 'drop') =>
    devtools.send('Input.dispatchDragEvent', { type, ...at, data })
  await work({
    enter: () => send('dragEnter'),
    async drop() {
      for (let moves = 0; moves < 3; moves++) await send('dragOver')
      await send('drop')
    },
  })
  await devtools.detach()
}
