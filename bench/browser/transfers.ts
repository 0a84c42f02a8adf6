/**
 * Transfers a file with each contestant, and measures the seconds from the command until the file
 * is complete.
 */
import { until } from '@shoal/testing'
import { JsonLines } from '../../interop/support/json-lines.ts'
import { start } from '../../interop/support/process.ts'
import type { Relay } from '../../interop/support/relay.ts'
import { Seeder } from '../../interop/support/seeder.ts'
import { type BenchPage, within, withOne, withTwo } from './profiles.ts'
import type { BenchSite } from './site.ts'

interface PageTimes extends Pick<TransferTimes, 'seconds' | 'firstSeconds'> {
  /** By the page's clock. */
  readonly startedMs: number
}

export interface TransferTimes {
  readonly seconds: number
  /** From the command to the first byte. */
  readonly firstSeconds: number
  /** Longest task on the main thread of the downloading page, in ms; 0 if none took 50 ms. */
  readonly longestTaskMs: number
}

export interface Load {
  readonly site: BenchSite
  readonly path: string
  readonly lengthBytes: number
}

/** Message sizes to try with the bare channel. */
export const MESSAGE_SIZES = [16, 64, 256].map(kib => kib * 1024)
/** No contestant is slower than this. */
const LEAST_BYTES_PER_SECOND = 2e6
const PREPARE_MS = 60_000

export function barePageToPage({ site, lengthBytes }: Load, messageBytes: number): Promise<TransferTimes> {
  return withTwo(site.url('channel'), async (from, to) => {
    const offer = await from.page.evaluate(() => window.channel.offer())
    const answer = await to.page.evaluate(sdp => window.channel.accept(sdp), offer)
    await from.page.evaluate(sdp => window.channel.answered(sdp), answer)
    const sent = from.page.evaluate(
      ([total, size]) => window.channel.send(total!, size!),
      [lengthBytes, messageBytes],
    )
    return timed(to, lengthBytes, received(to, lengthBytes, sent))
  })
}

/** The pages find each other by the site's tracker, or by `relay`. */
export function shoalPageToPage(
  { site, path, lengthBytes }: Load,
  version: 'v1' | 'hybrid',
  relay: Relay | null = null,
): Promise<TransferTimes> {
  const node = relay?.name() ?? null
  return withTwo(site.url('shoal'), async (from, to) => {
    await from.page.setInputFiles('input', path)
    const shared = from.page.evaluate(
      ([kind, through]) => window.shoal.share(kind as never, through!),
      [version, node ?? site.announce],
    )
    const torrent = await within(PREPARE_MS, 'sharing', shared)
    if (relay) await until('the sender is announced', () => relay.records > 0)
    return timed(
      to,
      lengthBytes,
      to.page.evaluate(([given, by]) => window.shoal.download({ torrent: given! }, by!), [
        torrent,
        node,
      ] as const),
    )
  })
}

export function webTorrentPageToPage({ site, path, lengthBytes }: Load): Promise<TransferTimes> {
  return withTwo(site.url('webtorrent'), async (from, to) => {
    await from.page.setInputFiles('input', path)
    const shared = from.page.evaluate(tracker => window.webtorrent.share(tracker), site.announce)
    const torrent = await within(PREPARE_MS, 'sharing', shared)
    return timed(
      to,
      lengthBytes,
      to.page.evaluate(given => window.webtorrent.download(given), torrent),
    )
  })
}

export async function bareNodeToPage(
  { site, lengthBytes }: Load,
  messageBytes: number,
): Promise<TransferTimes> {
  const script = new URL('../rivals/bare-channel.ts', import.meta.url).pathname
  const program = await start('bare-channel', process.execPath, [script], { stdin: true, ownStdout: true })
  try {
    const lines = new JsonLines(program)
    return await withOne(site.url('channel'), async to => {
      const offer = await lines.call<string>('offer')
      const answer = await to.page.evaluate(sdp => window.channel.accept(sdp), offer)
      await lines.call('answered', { sdp: answer })
      const sent = lines.call('send', { totalBytes: lengthBytes, messageBytes }, timeLimitMs(lengthBytes))
      return await timed(to, lengthBytes, received(to, lengthBytes, sent))
    })
  } finally {
    await program.stop()
  }
}

export async function shoalNodeToPage(
  { site, path, lengthBytes }: Load,
  version: 'v1' | 'hybrid',
): Promise<TransferTimes> {
  await using seeder = await Seeder.start()
  const { magnet } = await seeder.seed(path, [site.announce], { version })
  return await withOne(site.url('shoal'), to =>
    timed(
      to,
      lengthBytes,
      to.page.evaluate(given => window.shoal.download({ magnet: given }, null), magnet),
    ),
  )
}

/** Rejects immediately if sending fails. */
function received(to: BenchPage, lengthBytes: number, sent: Promise<unknown>): Promise<PageTimes> {
  const all = to.page.evaluate(total => window.channel.receive(total), lengthBytes)
  return Promise.race([all, sent.then(() => all)])
}

/** Versions of the contestants, as they report them. */
export function readVersions(site: BenchSite): Promise<string[]> {
  return withOne(site.url('webtorrent'), async ({ page, profile }) => [
    `Chromium ${profile.browser()?.version()}`,
    `WebTorrent ${await page.evaluate(() => window.webtorrent.version())}`,
  ])
}

export function timeLimitMs(lengthBytes: number): number {
  return 30_000 + (lengthBytes / LEAST_BYTES_PER_SECOND) * 1000
}

async function timed(to: BenchPage, lengthBytes: number, work: Promise<PageTimes>): Promise<TransferTimes> {
  const { seconds, firstSeconds, startedMs } = await within(timeLimitMs(lengthBytes), 'the transfer', work)
  return { seconds, firstSeconds, longestTaskMs: await to.longestTaskMs(startedMs) }
}
