/** Browsers with new profiles for each run, without stored data of earlier runs. */
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

export type Profile = Awaited<ReturnType<typeof launchWithProfile>>
type Opened = Awaited<ReturnType<Profile['newPage']>>

declare global {
  interface Window {
    longTasks: { startTime: number; duration: number }[]
  }
}

export interface BenchPage {
  readonly profile: Profile
  readonly page: Opened
  /**
   * Returns the longest task on the page's main thread since a time on its clock, in ms; 0 if none
   * took 50 ms.
   */
  longestTaskMs(since: number): Promise<number>
  /** Resolves with the time on the page's clock. */
  now(): Promise<number>
}

export async function openPage(profile: Profile, url: string): Promise<BenchPage> {
  const page = await profile.newPage()
  page.setDefaultTimeout(0)
  await page.addInitScript(() => {
    window.longTasks = []
    new PerformanceObserver(list => {
      for (const { startTime, duration } of list.getEntries()) window.longTasks.push({ startTime, duration })
    }).observe({ type: 'longtask', buffered: true })
  })
  await page.goto(url)
  return {
    profile,
    page,
    async longestTaskMs(since) {
      const tasks = await page.evaluate(() => window.longTasks)
      return Math.max(0, ...tasks.filter(task => task.startTime >= since).map(task => task.duration))
    },
    now: () => page.evaluate(() => performance.now()),
  }
}

/** Runs `work` with a page in each of two browsers. */
export async function withTwo<T>(
  url: string,
  work: (from: BenchPage, to: BenchPage) => Promise<T>,
): Promise<T> {
  await using seeder = await launchWithProfile()
  await using leecher = await launchWithProfile()
  return await work(await openPage(seeder, url), await openPage(leecher, url))
}

export async function withOne<T>(url: string, work: (page: BenchPage) => Promise<T>): Promise<T> {
  await using profile = await launchWithProfile()
  return await work(await openPage(profile, url))
}

/** Rejects if `work` takes longer than the limit. */
export async function within<T>(limitMs: number, what: string, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} takes longer than ${limitMs / 1000} s`)), limitMs)
  })
  return await Promise.race([work, late]).finally(() => clearTimeout(timer))
}
