/** What the node does when something happens to a torrent. */
import type { PeerStatus } from '@shoal/torrent'
import type { Log } from '../log/log.ts'
import type { ManagedTorrent } from './managed-torrent.ts'
import type { TorrentBook } from './torrent-book.ts'
import { nameOf } from './torrent-log.ts'

export interface TorrentEventsContext {
  readonly book: TorrentBook
  readonly log: Log
  /** Its files and names are known: once a run. */
  onMetadata(torrent: ManagedTorrent): void
  /** All that is wanted is here; again after more was wanted, and at each start. `fresh`: something of it was not here before. */
  onComplete(torrent: ManagedTorrent, fresh: boolean): void
  /** Another one can have its place in the queue. */
  onRested(torrent: ManagedTorrent): void
  onPeerClosed(torrent: ManagedTorrent, peer: PeerStatus): void
}

export function followTorrent(torrent: ManagedTorrent, context: TorrentEventsContext): void {
  const { api } = torrent
  const { book, log } = context
  const about = { torrent: torrent.id }
  let wasIncomplete = false
  api.on('state', state => {
    wasIncomplete ||= state === 'downloading'
    book.touch(torrent)
    if (state === 'error') context.onRested(torrent)
  })
  api.on('metadata', () => {
    book.index(torrent)
    book.touch(torrent, true)
    context.onMetadata(torrent)
  })
  api.on('complete', () => {
    const first = torrent.row.completedMs === null
    // What was here from the beginning was not downloaded: nothing follows.
    const completionSettled = torrent.row.completionSettled || api.stats.downloadedBytes === 0
    if (first) book.change(torrent, { completedMs: Date.now(), completionSettled })
    book.touch(torrent, true)
    if (first) log.info(`${nameOf(torrent)} is complete`, about)
    context.onComplete(torrent, first || wasIncomplete)
    wasIncomplete = false
  })
  api.on('error', error => log.error(`${nameOf(torrent)}: ${error.message}`, about))
  api.on('log', message => log.debug(`${nameOf(torrent)}: ${message}`, about))
  api.on('peerClosed', peer => context.onPeerClosed(torrent, peer))
  if (api.metainfo) context.onMetadata(torrent)
}
