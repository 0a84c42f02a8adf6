/** Peers that a link names by an address of libp2p, and those that are found through them. The engine's worker loads this with the first of them. */
import { SEALED_NAME } from '@shoal/links'
import { PagePeers, type PageTorrent } from '@shoal/network/page-peers'
import { type Connection, type PeerAddress, type Session, systemClock, type TorrentApi } from '@shoal/torrent'
import { systemRandom } from '@shoal/torrent/base'
import type { EngineConfig } from './protocol.ts'
import type { BorrowedRtc } from './rtc-borrower.ts'

const ROUND_MS = 1000

export interface Libp2pOptions {
  readonly session: Session
  readonly rtc: BorrowedRtc
  readonly config: EngineConfig
  /** Receives connections that peers open. */
  readonly onConnection: (connection: Connection) => void
}

let peers: PagePeers | undefined

/** Connects to such a peer by WebRTC. From the first one on, others find what this page shares, and it finds them. */
export function dialLibp2p(
  options: Libp2pOptions,
  address: PeerAddress,
  { signal }: { signal: AbortSignal },
): Promise<Connection> {
  peers ??= open(options)
  return peers.dial(address, { signal })
}

function open({ session, rtc, config, onConnection }: Libp2pOptions): PagePeers {
  const { iceServers = [], iceTransportPolicy = 'all' } = config
  const opened = new PagePeers({
    clock: systemClock,
    random: systemRandom,
    openRtc: async () => rtc,
    config: () => ({ iceServers, iceTransportPolicy }),
    lend: port => rtc.lend(port),
    onConnection,
    onFound({ v1, v2 }, found) {
      const torrent = session.find((v1 ?? v2!).subarray(0, 20))
      for (const peer of found) torrent?.addPeer(peer)
    },
  })
  const follow = () => opened.follow(followed(session.torrents))
  setInterval(follow, ROUND_MS)
  follow()
  return opened
}

/**
 * Selects the torrents for which others are found. Private torrents and sealed shares are neither sought nor announced, and downloads are not
 * announced: nobody asked this page to publish them.
 */
export function followed(torrents: readonly TorrentApi[]): PageTorrent[] {
  return torrents
    .filter(({ name, metainfo, paused }) => !paused && name !== SEALED_NAME && !metainfo?.info.private)
    .map(({ infoHashes, metainfo, stats }) => {
      const isWhole = metainfo !== null && stats.haveBytes >= metainfo.info.lengthBytes
      return { infoHashes, seeks: !isWhole, provides: isWhole && stats.downloadedBytes === 0 }
    })
}
