import { Failure } from '../../base/failure.ts'
import { findDisk } from '../server/compat/disk.ts'
import { readText, stringList } from './arguments.ts'
import type { Method } from './context.ts'
import { sessionChange } from './session-change.ts'
import { sessionFields } from './session-fields.ts'

export const SESSION_METHODS: Record<string, Method> = {
  'session-get': async (args, { call, sessionId, remembered }) => {
    const [settings, info, stats] = await Promise.all([
      call('getSettings', {}),
      call('getNode', {}),
      call('getStats', {}),
    ])
    const fields = sessionFields({ settings, info, stats, sessionId, remembered })
    const wanted = stringList(args, 'fields')
    if (!wanted) return fields
    return Object.fromEntries(
      wanted.filter(name => Object.hasOwn(fields, name)).map(name => [name, fields[name]]),
    )
  },

  'session-set': async (args, { call, remembered }) => {
    const change = sessionChange(args, await call('getSettings', {}), remembered)
    if (Object.keys(change).length > 0) await call('changeSettings', change)
    return undefined
  },

  'session-stats': async (_, { call }) => {
    const { torrents, session, allTime, uptimeSeconds, ...stats } = await call('getStats', {})
    const total = Object.values(torrents).reduce((sum, count) => sum + count, 0)
    const paused = (torrents.paused ?? 0) + (torrents.complete ?? 0) + (torrents.error ?? 0)
    // The numbers of added files and of sessions are not counted.
    const uncounted = { filesAdded: 0, sessionCount: 1, secondsActive: Math.round(uptimeSeconds) }
    return {
      activeTorrentCount: total - paused,
      downloadSpeed: Math.round(stats.downloadBytesPerSecond),
      pausedTorrentCount: paused,
      torrentCount: total,
      uploadSpeed: Math.round(stats.uploadBytesPerSecond),
      'cumulative-stats': { ...allTime, ...uncounted },
      'current-stats': { ...session, ...uncounted },
    }
  },

  'session-close': async (_, { call }) => {
    await call('stopNode', {})
    return undefined
  },

  'blocklist-update': async () => {
    throw new Failure('unsupported', 'Shoal has no blocklist')
  },

  'port-test': async () => {
    throw new Failure('unsupported', 'Shoal does not ask an outside service whether its port is open')
  },

  'free-space': async (args, { call }) => {
    const path = readText(args, 'path')
    if (!path) throw new Failure('bad-request', 'no path')
    const { freeBytes } = await call('listFolders', { path })
    const { disk } = await call('getStats', {})
    return { path, 'size-bytes': freeBytes, total_size: findDisk(disk, path)?.totalBytes ?? -1 }
  },

  // Shoal has no bandwidth groups.
  'group-get': async () => ({ group: [] }),
  'group-set': async () => {
    throw new Failure('unsupported', 'Shoal has no bandwidth groups')
  },
}
