/**
 * The browser peer in Chromium, on loopback: transfers from page to page and from a node to a page,
 * against a bare data channel and against WebTorrent's browser build; the share of the main thread,
 * hashing and storage; memory; and the size of the page's script.
 */

import { randomFile, tempDir } from '../interop/support/files.ts'
import { Relay } from '../interop/support/relay.ts'
import type { BenchOptions, Section } from './bench.ts'
import { measureMemory } from './browser/memory.ts'
import { measureParts } from './browser/parts.ts'
import { measureSharePage } from './browser/share-page.ts'
import { openSite } from './browser/site.ts'
import {
  bareNodeToPage,
  barePageToPage,
  type Load,
  MESSAGE_SIZES,
  readVersions,
  shoalNodeToPage,
  shoalPageToPage,
  type TransferTimes,
  webTorrentPageToPage,
} from './browser/transfers.ts'
import { versions } from './contestants.ts'
import { media } from './media.ts'
import { against, medianOf, rate, seconds, takeTurns } from './statistics.ts'

const FULL_BYTES = 256 * 2 ** 20
const QUICK_BYTES = 64 * 2 ** 20
const LARGE_BYTES = 4 * 2 ** 30
const PROBE_BYTES = 32 * 2 ** 20
const LONGEST_TASK_MS = 100

export async function run(options: BenchOptions): Promise<Section[]> {
  const [medium] = media(options.medium)
  await using folder = await tempDir('bench', medium!.folder)
  await using site = await openSite()
  const lengthBytes = options.quick ? QUICK_BYTES : FULL_BYTES
  const { path } = await randomFile(folder.join('content.bin'), lengthBytes)
  const load: Load = { site, path, lengthBytes }
  for (const version of await readVersions(site)) versions.add(version)
  const pages = await pageToPage(load, options)
  const node = await nodeToPage(load, options)
  const parts = await measureParts(load, options)
  const share = await measureSharePage(folder.path, options)
  const memory = options.quick ? [] : [await measureMemory(site, folder.path, LARGE_BYTES, options)]
  return [pages, node, parts, share, ...memory]
}

async function pageToPage(load: Load, options: BenchOptions): Promise<Section> {
  options.log('Page to page')
  const size = await bestMessage(size => barePageToPage({ ...load, lengthBytes: PROBE_BYTES }, size), options)
  const bare = `bare data channel, messages of ${size / 1024} KiB`
  const byLibp2p = 'Shoal, v1 torrent, signaled by libp2p'
  const found = await contest(`Page to page, ${mebibytes(load)}`, options, {
    'Shoal, hybrid torrent': () => shoalPageToPage(load, 'hybrid'),
    [bare]: () => barePageToPage(load, size),
    'Shoal, v1 torrent': () => shoalPageToPage(load, 'v1'),
    [byLibp2p]: async () => {
      // A separate relay for each run: a used one remembers the pages of the previous run.
      await using relay = await Relay.start()
      return await shoalPageToPage(load, 'v1', relay)
    },
    WebTorrent: () => webTorrentPageToPage(load),
  })
  return found.section(load, [
    ['Page to page, to a bare data channel', bare, 0.9],
    ['Page to page, to WebTorrent', 'WebTorrent', 1.4],
    ['Page to page, signaled by libp2p, to the tracker', 'Shoal, v1 torrent', 0.9, byLibp2p],
  ])
}

async function nodeToPage(load: Load, options: BenchOptions): Promise<Section> {
  options.log('Node to page')
  const size = await bestMessage(size => bareNodeToPage({ ...load, lengthBytes: PROBE_BYTES }, size), options)
  const bare = `bare node-datachannel, messages of ${size / 1024} KiB`
  const found = await contest(`Node to page, ${mebibytes(load)}`, options, {
    'Shoal, hybrid torrent': () => shoalNodeToPage(load, 'hybrid'),
    [bare]: () => bareNodeToPage(load, size),
    'Shoal, v1 torrent': () => shoalNodeToPage(load, 'v1'),
  })
  return found.section(load, [['Node to page, to bare node-datachannel', bare, 0.8]])
}

/** Returns the message size with which the bare channel is fastest. */
async function bestMessage(
  move: (messageBytes: number) => Promise<TransferTimes>,
  { quick, log }: BenchOptions,
): Promise<number> {
  const { runs } = await takeTurns(
    Object.fromEntries(MESSAGE_SIZES.map(size => [String(size), () => move(size)])),
    { runs: quick ? 1 : 3, log },
  )
  const medianSeconds = (size: number) => medianOf(runs.get(String(size)) ?? [], run => run.seconds)
  const tried = MESSAGE_SIZES.filter(size => Number.isFinite(medianSeconds(size)))
  return tried.reduce(
    (best, size) => (medianSeconds(size) < medianSeconds(best) ? size : best),
    tried[0] ?? 65_536,
  )
}

/** Compares a contestant with another one, by default the first. */
type Compared = readonly [label: string, with_: string, goal: number, contestant?: string]

async function contest(
  title: string,
  options: BenchOptions,
  contestants: Record<string, () => Promise<TransferTimes>>,
) {
  const { runs, failures } = await takeTurns(contestants, options)
  const [ours] = Object.keys(contestants) as [string]
  const medianSeconds = (name: string) => medianOf(runs.get(name) ?? [], run => run.seconds)
  const longestTaskMs = (name: string) => Math.max(...(runs.get(name) ?? []).map(run => run.longestTaskMs))
  const section = ({ lengthBytes }: Load, compared: readonly Compared[]): Section => ({
    title,
    columns: ['', 'rate', 'total time', 'time to first byte', 'ratio', 'longest task of the page'],
    rows: Object.keys(contestants).map(name =>
      failures.has(name)
        ? [name, `failed: ${failures.get(name)}`, '', '', '', '']
        : [
            name,
            rate(lengthBytes / medianSeconds(name)),
            seconds(medianSeconds(name)),
            seconds(medianOf(runs.get(name)!, run => run.firstSeconds)),
            `${(medianSeconds(name) / medianSeconds(ours)).toFixed(2)} x`,
            longestTaskMs(name) > 0 ? `${longestTaskMs(name).toFixed(0)} ms` : 'below 50 ms',
          ],
    ),
    goals: [
      ...compared.map(([label, name, goal, contestant = ours]) =>
        against(label, medianSeconds(name) / medianSeconds(contestant), goal, 'least'),
      ),
      against(
        `${title}: longest task on the page's main thread`,
        runs.get(ours)?.length ? longestTaskMs(ours) : Number.NaN,
        LONGEST_TASK_MS,
        'most',
        ' ms',
      ),
    ],
    runs: Object.fromEntries(runs),
  })
  return { section }
}

function mebibytes({ lengthBytes }: Load): string {
  return `${lengthBytes / 2 ** 20} MiB`
}
