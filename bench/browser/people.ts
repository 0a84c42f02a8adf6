/** Two users with one browser each. Every run has new ones, without stored data of earlier runs. */
import { launchWithProfile } from '../../interop/support/browser.ts'
import type { ChannelPage } from './in-page/channel.ts'
import type { ShoalPage } from './in-page/shoal.ts'
import type { WebTorrentPage } from './in-page/webtorrent.ts'

declare global {
  interface Window {
    shoal: ShoalPage
    channel: ChannelPage
    webtorrent: WebTorrentPage
  }
}

export type Person = Awaited<ReturnType<typeof launchWithProfile>>
type Opened = Awaited<ReturnType<Person['newPage']>>

declare global {
  interface Window {
    longTasks: { startTime: number; duration: number }[]
  }
}

export interface BenchPage {
  readonly person: Person
  readonly page: Opened
  /** Returns the longest task on the page's main thread since a time on its clock, in ms; 0 if none took 50 ms. */
  longestTaskMs(since: number): Promise<number>
  /** Its clock. */
  now(): Promise<number>
}

export async function openPage(person: Person, url: string): Promise<BenchPage> {
  const page = await person.newPage()
  page.setDefaultTimeout(0)
  await page.addInitScript(() => {
    window.longTasks = []
    new PerformanceObserver(list => {
      for (const { startTime, duration } of list.getEntries()) window.longTasks.push({ startTime, duration })
    }).observe({ type: 'longtask', buffered: true })
  })
  await page.goto(url)
  return {
    person,
    page,
    async longestTaskMs(since) {
      const tasks = await page.evaluate(() => window.longTasks)
      return Math.max(0, ...tasks.filter(task => task.startTime >= since).map(task => task.duration))
    },
    now: () => page.evaluate(() => performance.now()),
  }
}

/** Runs `work` with a page of each of the two users. */
export async function withTwo<T>(
  url: string,
  work: (from: BenchPage, to: BenchPage) => Promise<T>,
): Promise<T> {
  await using seeder = await launchWithProfile()
  await using leecher = await launchWithProfile()
  return await work(await openPage(seeder, url), await openPage(leecher, url))
}

export async function withOne<T>(url: string, work: (page: BenchPage) => Promise<T>): Promise<T> {
  await using person = await launchWithProfile()
  return await work(await openPage(person, url))
}

/** Rejects if `work` takes longer than the limit. */
export async function within<T>(limitMs: number, what: string, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} takes longer than ${limitMs / 1000} s`)), limitMs)
  })
  return await Promise.race([work, late]).finally(() => clearTimeout(timer))
}
