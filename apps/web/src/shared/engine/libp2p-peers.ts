/**
 * Peers that a link names by a libp2p address, and those found through them. The engine's worker
 * loads this with the first of them.
 */
import { SEALED_NAME } from '@shoal/links'
import { contentKeys, PagePeers, type PageTorrent, sealedKey } from '@shoal/network/page-peers'
import { type Connection, type PeerAddress, type Session, systemClock, type TorrentApi } from '@shoal/torrent'
import { systemRandom } from '@shoal/torrent/base'
import type { EngineConfig } from './protocol.ts'
import type { BorrowedRtc } from './rtc-borrower.ts'
import { idOf } from './snapshot.ts'

const ROUND_MS = 1000

export interface Libp2pOptions {
  readonly session: Session
  readonly rtc: BorrowedRtc
  readonly config: EngineConfig
  /** Keys in the links of sealed shares, by torrent id. */
  readonly linkKeys: ReadonlyMap<string, Uint8Array>
  /** Receives incoming connections. */
  readonly onConnection: (connection: Connection) => void
}

let peers: PagePeers | undefined

/**
 * Connects to such a peer by WebRTC. From the first one on, this page announces its torrents and
 * finds peers for them.
 */
export function dialLibp2p(
  options: Libp2pOptions,
  address: PeerAddress,
  { signal }: { signal: AbortSignal },
): Promise<Connection> {
  peers ??= open(options)
  return peers.dial(address, { signal })
}

function open({ session, rtc, config, linkKeys, onConnection }: Libp2pOptions): PagePeers {
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
  const follow = () => opened.follow(followed(session.torrents, linkKeys))
  setInterval(follow, ROUND_MS)
  follow()
  return opened
}

/**
 * Selects the torrents for which peers are searched. Private torrents are neither searched nor
 * announced, sealed shares only with the key in their link, and downloads are not announced: the
 * user did not ask this page to publish them.
 */
export function followed(
  torrents: readonly TorrentApi[],
  linkKeys: ReadonlyMap<string, Uint8Array>,
): PageTorrent[] {
  return torrents
    .filter(({ metainfo, paused }) => !paused && !metainfo?.info.private)
    .map(torrent => {
      const { infoHashes, metainfo, stats } = torrent
      const isWhole = metainfo !== null && stats.haveBytes >= metainfo.info.lengthBytes
      const keys = keysOf(torrent, linkKeys.get(idOf(torrent)))
      return { infoHashes, keys, seeks: !isWhole, provides: isWhole && stats.downloadedBytes === 0 }
    })
    .filter(({ keys }) => keys.length > 0)
}

function keysOf({ name, infoHashes }: TorrentApi, linkKey: Uint8Array | undefined): Uint8Array[] {
  if (linkKey) return [sealedKey(linkKey)]
  return name === SEALED_NAME ? [] : contentKeys(infoHashes)
}
