import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { type RowWindow, scrollTopFor, windowAt } from './row-window.ts'

interface Options {
  readonly scroller: HTMLElement | null
  readonly count: number
  readonly rowPx: number
  /** Height of the header, which stays at the top while rows scroll below it. */
  readonly headPx: number
}

const same = (a: RowWindow, b: RowWindow) => a.first === b.first && a.end === b.end

/**
 * Returns the rows to render. All rows have the same height, so that nothing is measured while
 * scrolling: that would force several layouts per frame.
 */
export function useRowWindow({ scroller, count, rowPx, headPx }: Options) {
  const [shown, setShown] = useState<RowWindow>({ first: 0, end: 0 })
  const heightPx = useRef(0)
  const viewport = useCallback(
    () => ({ scrollTopPx: scroller?.scrollTop ?? 0, heightPx: Math.max(0, heightPx.current - headPx) }),
    [scroller, headPx],
  )
  const update = useCallback(() => {
    const now = windowAt(viewport(), rowPx, count)
    setShown(before => (same(before, now) ? before : now))
  }, [viewport, rowPx, count])
  useLayoutEffect(() => {
    if (!scroller) return
    heightPx.current = scroller.clientHeight
    update()
  }, [scroller, update])
  useEffect(() => {
    if (!scroller) return
    const resized = new ResizeObserver(() => {
      heightPx.current = scroller.clientHeight
      update()
    })
    resized.observe(scroller)
    scroller.addEventListener('scroll', update, { passive: true })
    return () => {
      resized.disconnect()
      scroller.removeEventListener('scroll', update)
    }
  }, [scroller, update])
  const show = (index: number) => {
    const topPx = scrollTopFor(index, viewport(), rowPx)
    if (topPx !== null) scroller?.scrollTo({ top: topPx })
  }
  // The list may have become shorter meanwhile.
  return { first: Math.min(shown.first, count), end: Math.min(shown.end, count), show }
}
