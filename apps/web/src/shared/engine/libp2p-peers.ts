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
  const follow = () => opened.follow(session.torrents.filter(isFollowed).map(toPageTorrent))
  setInterval(follow, ROUND_MS)
  follow()
  return opened
}

/** Private torrents and sealed shares are neither sought nor announced. */
function isFollowed({ name, metainfo, paused }: TorrentApi): boolean {
  return !paused && name !== SEALED_NAME && !metainfo?.info.private
}

/** Downloads are not announced: nobody asked this page to publish them. */
function toPageTorrent({ infoHashes, metainfo, stats }: TorrentApi): PageTorrent {
  const isWhole = metainfo !== null && stats.haveBytes >= metainfo.info.lengthBytes
  return { infoHashes, seeks: !isWhole, provides: isWhole && stats.downloadedBytes === 0 }
}
