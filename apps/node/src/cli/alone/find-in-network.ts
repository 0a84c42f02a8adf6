/**
 * The Shoal network for a single download: finds peers of the torrent without trackers and without
 * BitTorrent's DHT.
 */
import { delay, systemClock, type TorrentApi } from '@shoal/torrent'
import { joinNetwork, type NetworkOptions } from './join-network.ts'

/** libp2p takes a second to load, which is unnecessary if peers are found immediately. */
const START_DELAY_MS = 1000

export interface NetworkDownload extends Omit<NetworkOptions, 'listens'> {
  readonly torrent: TorrentApi
  /** The key in the link of a sealed share, which is only looked up by that key. */
  readonly linkKey?: Uint8Array | undefined
}

/**
 * Looks up peers of a torrent in the network until the returned function is called, which leaves
 * the network and stores its nodes.
 */
export function findInNetwork(download: NetworkDownload): () => Promise<void> {
  const stop = new AbortController()
  const searching = search(download, stop.signal).catch(() => null)
  return async () => {
    stop.abort(new Error('The download has ended'))
    await (await searching)?.leave()
  }
}

async function search({ torrent, linkKey, ...network }: NetworkDownload, signal: AbortSignal) {
  await delay(systemClock, START_DELAY_MS, signal)
  const joined = await joinNetwork({ ...network, listens: false }, signal)
  joined?.take(torrent, linkKey && { by: 'key', key: linkKey })
  return joined
}
