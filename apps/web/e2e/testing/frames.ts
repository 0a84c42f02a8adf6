import type { Page } from 'playwright-core'

export interface Frames {
  readonly perSecond: number
  /** The number of frames that took longer than two frames at 60 per second. */
  readonly late: number
  readonly worstMs: number
  /** Most rows that were there at a time. */
  readonly mostRows: number
}

const PX_PER_MS = 2.5

/**
 * A page with nothing on it, as high as a long list: the most that this machine draws at the
 * moment.
 */
export const BARE_PAGE = `<!doctype html><div role="grid" style="height: 700px; overflow: auto; contain: strict; background: #fff">
  <div style="height: 210000px"></div></div>`

/**
 * The rows of the list as they are now, again and again as far as it scrolls in that time: a page
 * that no script changes.
 */
export function stillRows(page: Page, seconds: number): Promise<string> {
  return page.evaluate(
    px => {
      const css = [...document.styleSheets].flatMap(({ cssRules }) => [...cssRules].map(rule => rule.cssText))
      const grid = document.querySelector('[role=grid]')!.cloneNode(true) as HTMLElement
      const group = grid.querySelector<HTMLElement>('[role=rowgroup]')!
      const rows = [...group.children] as HTMLElement[]
      const rowPx = Number.parseFloat(rows[0]!.style.height)
      const copies = Array.from({ length: Math.ceil((px + innerHeight) / rowPx) }, (_, at) => {
        const copy = rows[at % rows.length]!.cloneNode(true) as HTMLElement
        copy.style.transform = `translateY(${at * rowPx}px)`
        return copy
      })
      group.replaceChildren(...copies)
      grid.style.height = '700px'
      return `<!doctype html><style>${css.join('\n')}</style>${grid.outerHTML}`
    },
    seconds * 1000 * PX_PER_MS,
  )
}

/**
 * Scrolls the list by a constant speed, row after row, and measures the pictures that the browser
 * draws.
 */
export function scrollList(page: Page, seconds: number): Promise<Frames> {
  return page.evaluate(
    async ([duration, pxPerMs]) => {
      const grid = document.querySelector('[role=grid]')!
      const times: number[] = []
      let mostRows = 0
      const next = () => new Promise<number>(resolve => requestAnimationFrame(resolve))
      const start = await next()
      for (let now = start; now - start < duration * 1000; ) {
        grid.scrollTop = (now - start) * pxPerMs
        const then = await next()
        times.push(then - now)
        now = then
        mostRows = Math.max(mostRows, grid.querySelectorAll('[data-row]').length)
      }
      const total = times.reduce((sum, time) => sum + time, 0)
      return {
        perSecond: (times.length * 1000) / total,
        late: times.filter(time => time > 34).length / times.length,
        worstMs: Math.max(...times),
        mostRows,
      }
    },
    [seconds, PX_PER_MS] as const,
  )
}
