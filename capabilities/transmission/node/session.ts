import { isAbsolute } from 'node:path'
import { Failure } from '@shoal/daemon/failure'
import { codeOf, isForeseen } from '@shoal/node/node/server/compat/call.ts'
import { type Arguments, readText, stringList } from './arguments.ts'
import type { Method, RpcContext } from './context.ts'
import { RpcFailure } from './rpc-failure.ts'
import { sessionChange } from './session-change.ts'
import { sessionFields } from './session-fields.ts'

export const SESSION_METHODS: Record<string, Method> = {
  'session-get': async (args, { call, sessionId, remembered }) => {
    const [settings, info, stats, { rules: blocklistSize }] = await Promise.all([
      call('getSettings', {}),
      call('getNode', {}),
      call('getStats', {}),
      call('getIpFilter', {}),
    ])
    const fields = sessionFields({ settings, info, stats, blocklistSize, sessionId, remembered })
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

  // rpc-spec 4.4. Shoal downloads no lists: it reads the file of its IP filter again.
  'blocklist-update': async (_, { call }) => {
    const { path, rules } = await call('reloadIpFilter', {})
    if (path === null)
      throw new Failure('unsupported', 'Shoal has no IP filter: set privacy.ipFilter to the path of a list')
    return { 'blocklist-size': rules }
  },

  'port-test': async () => {
    throw new Failure('unsupported', 'Shoal does not ask an outside service whether its port is open')
  },

  'free-space': freeSpace,

  // Shoal has no bandwidth groups.
  'group-get': async () => ({ group: [] }),
  'group-set': async () => {
    throw new Failure('unsupported', 'Shoal has no bandwidth groups')
  },
}

/** rpc-spec 4.7. A failure has the path, too. */
async function freeSpace(args: Arguments, { call }: RpcContext) {
  const path = readText(args, 'path')
  if (!path) throw new Failure('bad-request', 'directory path argument is missing')
  if (!isAbsolute(path)) throw new Failure('bad-request', 'directory path is not absolute')
  try {
    const { freeBytes, totalBytes } = await call('listFolders', { path })
    return { path, 'size-bytes': freeBytes, total_size: totalBytes }
  } catch (error) {
    if (!isForeseen(error)) throw error
    const message = codeOf(error) === 'not-found' ? 'No such file or directory' : (error as Error).message
    throw new RpcFailure(message, { path, 'size-bytes': -1, total_size: -1 })
  }
}
