/**
 * Opens a session that restores its torrents, and prints the time and resources as one line of
 * JSON. Arguments: state folder, `complete` or `unfinished`, and, to add them first, the folder to
 * add from.
 */
import { readdir } from 'node:fs/promises'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TorrentApi } from '@shoal/torrent'
import { tuneHeap } from '../../apps/node/src/base/heap.ts'
import { StallMeter } from '../../interop/support/stall-meter.ts'

const [stateDirectory, kind, addFrom] = process.argv.slice(2) as [string, 'complete' | 'unfinished', string?]
const ADD_AT_ONCE = 64
const SETTLE_MS = 5000

enableCompileCache()
const { Session } = await import('@shoal/torrent')
tuneHeap()

const options = { port: 0, host: '127.0.0.1', dht: false, lsd: false, pex: false, trackers: false }
if (addFrom === undefined) await restore()
else await record(addFrom)

/** Returns whether a torrent has reached its final state. */
function isReady({ state }: TorrentApi): boolean {
  return state === (kind === 'complete' ? 'seeding' : 'downloading')
}

async function whenReady(torrents: readonly TorrentApi[]): Promise<void> {
  for (let left = torrents; left.length > 0; left = left.filter(torrent => !isReady(torrent))) await sleep(10)
}

/** Adds all torrents of a folder and stores their records. */
async function record(folder: string): Promise<void> {
  const session = await Session.open({ ...options, stateDirectory })
  const torrents = (await readdir(join(folder, 'torrents'))).map(name => join(folder, 'torrents', name))
  const directory = join(folder, kind === 'complete' ? 'content' : 'nothing')
  let next = 0
  const add = async () => {
    while (next < torrents.length) {
      await whenReady([await session.add(torrents[next++]!, { directory, trusted: kind === 'complete' })])
    }
  }
  await Promise.all(Array.from({ length: ADD_AT_ONCE }, add))
  await session.close()
}

async function restore(): Promise<void> {
  // An empty session, for comparison.
  const empty = await Session.open(options)
  const emptyBytes = process.memoryUsage.rss()
  const stalls = new StallMeter()
  const started = performance.now()
  const session = await Session.open({ ...options, stateDirectory })
  const openSeconds = (performance.now() - started) / 1000
  await whenReady(session.torrents)
  const seconds = (performance.now() - started) / 1000
  await sleep(SETTLE_MS)
  const before = process.cpuUsage()
  await sleep(SETTLE_MS)
  const { user, system } = process.cpuUsage(before)
  const idleCpu = (user + system) / 1000 / SETTLE_MS
  const { longestMs, longestCpuMs } = stalls.stop()
  const count = session.torrents.length
  const residentBytes = process.memoryUsage.rss() - emptyBytes
  console.log(
    JSON.stringify({ count, openSeconds, seconds, longestMs, longestCpuMs, residentBytes, idleCpu }),
  )
  await Promise.all([session.close(), empty.close()])
}
