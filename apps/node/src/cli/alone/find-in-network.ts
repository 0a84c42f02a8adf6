/** The Shoal network for a single download: finds those who have the torrent, without trackers and without the DHT of BitTorrent. */
import { delay, systemClock, type TorrentApi } from '@shoal/torrent'
import { joinNetwork, type NetworkOptions } from './join-network.ts'

/** libp2p takes a second to load: what is found at once makes it unnecessary. */
const START_DELAY_MS = 1000

export interface NetworkDownload extends Omit<NetworkOptions, 'listens'> {
  readonly torrent: TorrentApi
  /** The key in the link of a sealed share, by which alone it is sought. */
  readonly linkKey?: Uint8Array | undefined
}

/** Looks for peers of a torrent in the network until the returned function is called, which leaves the network and remembers its nodes. */
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
