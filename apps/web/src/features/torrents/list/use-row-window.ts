import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { type RowWindow, scrollTopFor, windowAt } from './row-window.ts'

interface Options {
  readonly scroller: HTMLElement | null
  readonly count: number
  readonly rowPx: number
  /** Height of the part that stays at the top while rows scroll below it. */
  readonly headPx: number
}

const same = (a: RowWindow, b: RowWindow) => a.first === b.first && a.end === b.end

/**
 * The rows to render. All rows are equally high, so that nothing has to be measured while scrolling: that would have the browser work out
 * where everything is, several times a picture.
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
  // The list may have become shorter since.
  return { first: Math.min(shown.first, count), end: Math.min(shown.end, count), show }
}
