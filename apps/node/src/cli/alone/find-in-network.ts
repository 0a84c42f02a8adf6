/** The Shoal network for a single download: finds those who have the torrent, without trackers and without the DHT of BitTorrent. */
import { delay, systemClock, type TorrentApi } from '@shoal/torrent'
import type { Wanting } from '../../node/network/lookups.ts'
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
  const searching = search(download, stop.signal).catch(() => {})
  return async () => {
    stop.abort(new Error('The download has ended'))
    await searching
  }
}

async function search({ torrent, linkKey, ...network }: NetworkDownload, signal: AbortSignal): Promise<void> {
  await delay(systemClock, START_DELAY_MS, signal)
  const joined = await joinNetwork({ ...network, listens: false }, signal)
  if (!joined) return
  try {
    const { Lookups } = await import('../../node/network/lookups.ts')
    const lookups = new Lookups({
      host: joined.host,
      clock: systemClock,
      wanting: () => wanting(torrent, linkKey),
    })
    lookups.start()
    await new Promise<void>(resolve => {
      if (signal.aborted) resolve()
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
    await lookups.close()
  } finally {
    await joined.leave()
  }
}

/** The torrent while peers are looked for. Private ones have those of their trackers alone. */
function wanting(torrent: TorrentApi, linkKey: Uint8Array | undefined): Wanting[] {
  if (torrent.metainfo?.info.private) return []
  return torrent.state === 'metadata' || torrent.state === 'downloading' ? [{ torrent, linkKey }] : []
}
