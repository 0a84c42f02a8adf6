/**
 * Our engine in its own process, driven by JSON lines. It starts like `shoal` itself: see
 * apps/node/src/shoal.ts. Arguments: address to listen on (default: loopback), transport (`utp`
 * uses nothing else).
 */
import { enableCompileCache } from 'node:module'
import type { TorrentApi } from '@shoal/torrent'
import { tuneHeap } from '../../apps/node/src/base/heap.ts'
import { answerJsonLines } from '../../interop/support/json-lines.ts'
import { ownUsage } from '../../interop/support/usage.ts'
import { systemClock } from '../../packages/torrent/src/base/clock.ts'
import type { SessionEnvironment } from '../../packages/torrent/src/session/environment.ts'
import type { AgentOperations } from '../peers/agent.ts'

const FIRST_BYTE_POLL_MS = 5
/** Number of torrents that are added concurrently. */
const ADD_AT_ONCE = 64

enableCompileCache()
const { Session } = await import('@shoal/torrent')
tuneHeap()

const [host = '127.0.0.1', transport = 'tcp'] = process.argv.slice(2)
// Only the given peers.
const session = await Session.open(
  {
    port: 0,
    host,
    dht: false,
    lsd: false,
    pex: false,
    trackers: false,
    encryption: 'plain',
    maxConnections: 1000,
    maxConnectionsPerTorrent: 1000,
  },
  transport === 'utp' ? await onlyUtp() : {},
)

async function onlyUtp(): Promise<SessionEnvironment> {
  const { UtpTransport } = await import('../../packages/torrent/src/transport/utp/utp-transport.ts')
  return { createTransports: services => [new UtpTransport(services)] }
}

/** The torrent that was started last. */
let added: TorrentApi | null = null

const operations: AgentOperations = {
  async start() {
    return { port: session.port, version: `Shoal on Node ${process.versions.node}` }
  },

  async seed({ torrent, directory }) {
    const added = await session.add(torrent, { directory, trusted: true })
    await added.whenComplete()
  },

  async download({ torrent, directory, peers }) {
    const started = performance.now()
    let firstByteMs = 0
    const added = await session.add(torrent, { directory, peers })
    const poll = () => {
      if (added.stats.downloadedBytes > 0) firstByteMs = performance.now() - started
      else cancel = systemClock.after(FIRST_BYTE_POLL_MS, poll)
    }
    let cancel = systemClock.after(FIRST_BYTE_POLL_MS, poll)
    await added.whenComplete()
    cancel()
    return { firstByteMs }
  },

  async begin({ torrent, directory }) {
    added = await session.add(torrent, { directory })
  },

  async done() {
    await added?.whenComplete()
  },

  async dial({ port }) {
    added?.addPeer(`${host}:${port}`)
  },

  async addMany({ torrents, directory }) {
    const started = performance.now()
    let next = 0
    const add = async () => {
      while (next < torrents.length) await session.add(torrents[next++]!, { directory, trusted: true })
    }
    await Promise.all(Array.from({ length: ADD_AT_ONCE }, add))
    return { seconds: (performance.now() - started) / 1000 }
  },

  usage: ownUsage,
}

answerJsonLines({ ...operations })
