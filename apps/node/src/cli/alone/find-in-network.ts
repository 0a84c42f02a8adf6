/** The Shoal network for a single download: finds those who have the torrent, without trackers and without the DHT of BitTorrent. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { delay, type Session, type SessionOptions, systemClock, type TorrentApi } from '@shoal/torrent'
import { systemRandom } from '@shoal/torrent/base'
import { stateRoot } from '../../base/files/places.ts'
import { writeWholeFile } from '../../base/files/write-file.ts'
import { PRODUCT } from '../../base/version.ts'

/** libp2p takes a second to load: what is found at once makes it unnecessary. */
const START_DELAY_MS = 1000
/** Nodes that are remembered for the next download. */
const MAX_NODES = 50

export interface NetworkDownload {
  readonly session: Session
  readonly torrent: TorrentApi
  /** Multiaddrs of nodes to join through, in addition to those that are remembered. */
  readonly nodes: readonly string[]
  readonly options: Pick<SessionOptions, 'dht' | 'host' | 'webrtc'>
}

/** Looks for peers of a torrent in the network until the returned function is called, which leaves the network and remembers its nodes. */
export function findInNetwork(download: NetworkDownload): () => Promise<void> {
  const stop = new AbortController()
  const searching = search(download, stop.signal).catch(() => {})
  return async () => {
    stop.abort(new Error('The download has ended'))
    await searching
  }
}

async function search(
  { session, torrent, nodes, options }: NetworkDownload,
  signal: AbortSignal,
): Promise<void> {
  // Others are met in the DHT of BitTorrent, too.
  const { dht = true, host: peerHost, webrtc = true } = options
  await delay(systemClock, START_DELAY_MS, signal)
  const file = join(stateRoot(), 'network-nodes.json')
  const known = [...nodes, ...(await readNodes(file))]
  if (known.length === 0 && !dht) return
  const { Bootstrap, knownNodes, openHost, RENDEZVOUS } = await import('@shoal/network/host')
  const { Libp2pTransport } = await import('@shoal/network/transport')
  const [{ Lookups }, { signaledPeers }] = await Promise.all([
    import('../../node/network/lookups.ts'),
    import('../../node/network/network.ts'),
  ])
  signal.throwIfAborted()
  // Another key each time, and no port: nobody can tell that two downloads are of the same machine.
  const host = await openHost({
    ...{ seed: systemRandom.bytes(32), listen: [], clock: systemClock, random: systemRandom },
    userAgent: PRODUCT.replace(' ', '/'),
  })
  const bootstrap = new Bootstrap({
    ...{ host, clock: systemClock, random: systemRandom, nodes: () => known },
    meet: dht
      ? async (onPeers, until) => {
          await session.meetInDht(RENDEZVOUS, { port: 0, onPeers, signal: until })
        }
      : null,
  })
  const lookups = new Lookups({ host, clock: systemClock, wanting: () => wanting(torrent) })
  try {
    const iceServers = (typeof webrtc === 'object' && webrtc.iceServers) || []
    const signaled =
      webrtc === false
        ? null
        : await signaledPeers(
            { clock: systemClock, ...(peerHost !== undefined && { peerHost }) },
            () => iceServers,
          )
    const removeTransport = await session.addTransport(new Libp2pTransport(host.libp2p, signaled))
    try {
      bootstrap.start()
      lookups.start()
      await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
    } finally {
      const met = knownNodes(host.kad.contacts())
      if (met.length > 0) await writeWholeFile(file, JSON.stringify(met.slice(0, MAX_NODES))).catch(() => {})
      await removeTransport()
    }
  } finally {
    await lookups.close()
    await bootstrap.close()
    await host.close()
  }
}

/** The torrent while peers are looked for. Private ones have those of their trackers alone. */
function wanting(torrent: TorrentApi): TorrentApi[] {
  if (torrent.metainfo?.info.private) return []
  return torrent.state === 'metadata' || torrent.state === 'downloading' ? [torrent] : []
}

/** The nodes of earlier downloads. A file that cannot be read has none. */
async function readNodes(file: string): Promise<string[]> {
  try {
    const nodes: unknown = JSON.parse(await readFile(file, 'utf8'))
    return Array.isArray(nodes) ? nodes.filter(each => typeof each === 'string').slice(0, MAX_NODES) : []
  } catch {
    return []
  }
}
