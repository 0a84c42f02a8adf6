import type { Page } from 'playwright-core'

export interface Frames {
  readonly perSecond: number
  /** Of all frames, how many took longer than two at 60 a second. */
  readonly late: number
  readonly worstMs: number
  /** Most rows that were there at a time. */
  readonly mostRows: number
}

/** Scrolls the list by a constant speed, row after row, and measures the pictures that the browser draws. */
export function scrollList(page: Page, seconds: number): Promise<Frames> {
  return page.evaluate(async duration => {
    const grid = document.querySelector('[role=grid]')!
    const times: number[] = []
    let mostRows = 0
    const next = () => new Promise<number>(resolve => requestAnimationFrame(resolve))
    const start = await next()
    for (let now = start; now - start < duration * 1000; ) {
      grid.scrollTop = (now - start) * 2.5
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
  }, seconds)
}
