/** Reacts to events of a torrent. */
import type { PeerStatus } from '@shoal/torrent'
import type { Log } from '../kernel/log/log.ts'
import { nameOf } from './changes/torrent-log.ts'
import type { ManagedTorrent } from './records/managed-torrent.ts'
import type { TorrentRegistry } from './records/torrent-registry.ts'

export interface TorrentEventsContext {
  readonly registry: TorrentRegistry
  readonly log: Log
  /** Another entry is the same torrent: a hybrid one added by both of its info hashes. */
  onDouble(torrent: ManagedTorrent, double: ManagedTorrent): void
  /** Its files have become known: once per run. */
  onMetadata(torrent: ManagedTorrent): void
  /**
   * All wanted files are complete; again after more were selected, and at each start. `fresh`:
   * something was missing before.
   */
  onComplete(torrent: ManagedTorrent, fresh: boolean): void
  /** Its slot in the queue is free. */
  onRested(torrent: ManagedTorrent): void
  /** It has started, paused or begun to wait. */
  onState(torrent: ManagedTorrent): void
  onPeerClosed(torrent: ManagedTorrent, peer: PeerStatus): void
}

export function followTorrent(torrent: ManagedTorrent, context: TorrentEventsContext): void {
  const { api } = torrent
  const { registry, log } = context
  const about = { torrent: torrent.id }
  let wasIncomplete = false
  let isComplete = torrent.isComplete
  // An error of ours must not stop the engine.
  const guarded =
    <Args extends unknown[]>(listener: (...args: Args) => void) =>
    (...args: Args) => {
      try {
        listener(...args)
      } catch (error) {
        log.error(`${nameOf(torrent)}: ${(error as Error).message}`, about)
      }
    }
  // An incomplete torrent has a position in the queue.
  const touch = () => {
    const hadAll = isComplete
    isComplete = torrent.isComplete
    registry.touch(torrent, hadAll !== isComplete)
  }
  const learned = guarded((isNew: boolean) => {
    for (const double of registry.index(torrent)) context.onDouble(torrent, double)
    touch()
    // Its row has a name now.
    if (isNew) registry.change(torrent, {})
    context.onMetadata(torrent)
  })
  const completed = guarded(() => {
    const first = torrent.row.completedMs === null
    if (first) registry.change(torrent, { completedMs: Date.now() })
    touch()
    if (first) log.info(`${nameOf(torrent)} is complete`, about)
    context.onComplete(torrent, first || wasIncomplete)
    wasIncomplete = false
  })
  api.on(
    'state',
    guarded(state => {
      torrent.observe(Date.now())
      wasIncomplete ||= state === 'downloading'
      touch()
      if (state === 'error') context.onRested(torrent)
      context.onState(torrent)
    }),
  )
  api.on('metadata', () => learned(true))
  api.on('complete', completed)
  api.on('error', error => log.error(`${nameOf(torrent)}: ${error.message}`, about))
  api.on('filesAvoided', files => {
    torrent.filesRenamed()
    registry.touch(torrent)
    for (const { path, storedAs } of files)
      log.warn(`${nameOf(torrent)}: ${path} exists and is another file: stored as ${storedAs}`, about)
  })
  api.on('filesChanged', paths => {
    log.warn(`${nameOf(torrent)}: changed on disk and no longer right: ${paths.join(', ')}`, about)
    registry.touch(torrent)
  })
  api.on('peers', () => registry.touch(torrent))
  api.on('log', message => log.debug(`${nameOf(torrent)}: ${message}`, about))
  api.on(
    'peerClosed',
    guarded(peer => context.onPeerClosed(torrent, peer)),
  )
  torrent.observe(Date.now())
  if (api.metainfo) learned(false)
  // Restored torrents start before their events are followed.
  if (api.state === 'seeding') completed()
}
