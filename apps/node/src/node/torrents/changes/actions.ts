/** Actions on several torrents. */
import type { ActedOn, ActOnTorrents } from '@shoal/api'
import type { z } from 'zod'
import type { Log } from '../../kernel/log/log.ts'
import { inTurns } from '../queue/in-turns.ts'
import type { QueueManager } from '../queue/queue-manager.ts'
import type { ManagedTorrent } from '../records/managed-torrent.ts'
import type { TorrentRegistry } from '../records/torrent-registry.ts'
import type { TorrentRow } from '../records/torrent-row.ts'
import { lastAnnounceSeconds } from './last-announce.ts'
import type { Removals } from './removals.ts'
import { nameOf } from './torrent-log.ts'

type Action = z.output<typeof ActOnTorrents>['action']

export interface ActionsContext {
  readonly registry: TorrentRegistry
  readonly queue: QueueManager
  readonly removals: Removals
  readonly log: Log
}

/** Throws `not-found` and does nothing if one of them does not exist. */
export async function actOnTorrents(
  { ids, action, undo = true }: z.output<typeof ActOnTorrents>,
  context: ActionsContext,
): Promise<z.output<typeof ActedOn>> {
  const { registry } = context
  const find = (id: string) => (action === 'restore' ? context.removals.get(id) : registry.get(id))
  const all = action === 'restore' ? context.removals.restorable() : registry.listed()
  const torrents = ids === 'all' ? [...all] : [...new Set(ids.map(find))]
  await act(action, torrents, context)
  const isRemove = action === 'remove' || action === 'remove-with-data'
  if (isRemove && !undo) await context.removals.finish(torrents)
  return {
    ids: torrents.map(({ id }) => id),
    ...(isRemove && undo && { undoSeconds: context.removals.undoSeconds }),
    ...(action === 'reannounce' && announceIn(torrents)),
  }
}

/** Returns how long it takes until each tracker has been contacted; nothing if that happens now. */
function announceIn(torrents: readonly ManagedTorrent[]): { announceInSeconds?: number } {
  const most = torrents.reduce((most, { api }) => Math.max(most, lastAnnounceSeconds(api.discovery())), 0)
  return most > 0 ? { announceInSeconds: Math.ceil(most) } : {}
}

async function act(
  action: Action,
  torrents: ManagedTorrent[],
  { registry, queue, removals, log }: ActionsContext,
): Promise<void> {
  const each = (work: (torrent: ManagedTorrent) => unknown) => Promise.all(torrents.map(work))
  const change = (change: Partial<TorrentRow>, what: string) =>
    inTurns(torrents, part => {
      registry.changeAll(part, change)
      for (const torrent of part) log.info(`${nameOf(torrent)} ${what}`, { torrent: torrent.id })
    })
  switch (action) {
    case 'pause':
      await change({ paused: true, forced: false }, 'was paused')
      return queue.apply()
    case 'resume':
    case 'start':
      await change(
        { paused: false, forced: action === 'start' },
        action === 'start' ? 'was started ahead of the queue' : 'was resumed',
      )
      await queue.apply()
      // Torrents that stopped with an error are retried, and take a slot in the queue.
      await each(({ api }) => (api.state === 'error' ? api.resume() : undefined))
      return queue.apply()
    case 'recheck':
      for (const torrent of torrents)
        torrent.api
          .recheck()
          .catch(error => log.warn(`${nameOf(torrent)}: ${String(error.message)}`, { torrent: torrent.id }))
      return
    case 'reannounce':
      return void (await each(({ api }) => api.reannounce()))
    case 'remove':
    case 'remove-with-data':
      return removals.remove(torrents, action === 'remove-with-data')
    case 'restore':
      return removals.restore(torrents)
    case 'queue-first':
    case 'queue-up':
    case 'queue-down':
    case 'queue-last':
      return queue.reorder(torrents, action)
  }
}
