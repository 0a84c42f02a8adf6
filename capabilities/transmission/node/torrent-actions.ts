import { isAbsolute } from 'node:path'
import type { ActOnTorrents } from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import { listAllFiles } from '@shoal/node/node/server/compat/detail-cache.ts'
import { movedPaths } from '@shoal/node/node/server/compat/moved-paths.ts'
import type { z } from 'zod'
import { type Arguments, readBoolean, readText } from './arguments.ts'
import { type Method, type RpcContext, selectTorrents } from './context.ts'
import { findFiles } from './find-files.ts'
import { RpcFailure } from './rpc-failure.ts'

type Action = z.output<typeof ActOnTorrents>['action']

async function act(action: Action, args: Arguments, context: RpcContext): Promise<undefined> {
  const ids = (await selectTorrents(args, context)).map(({ id }) => id)
  if (ids.length > 0) await context.call('actOnTorrents', { ids, action, undo: false })
  context.facts.doubt(ids)
  return undefined
}

function acting(action: Action): Method {
  return (args, context) => act(action, args, context)
}

export const ACTION_METHODS: Record<string, Method> = {
  'torrent-start': acting('resume'),
  'torrent-start-now': acting('start'),
  'torrent-stop': acting('pause'),
  'torrent-verify': acting('recheck'),
  'torrent-reannounce': acting('reannounce'),
  'torrent-remove': (args, context) =>
    act(readBoolean(args, 'delete-local-data') ? 'remove-with-data' : 'remove', args, context),
  'torrent-set-location': setLocation,
  'torrent-rename-path': renamePath,
  'queue-move-top': acting('queue-first'),
  'queue-move-up': acting('queue-up'),
  'queue-move-down': acting('queue-down'),
  'queue-move-bottom': acting('queue-last'),
}

async function setLocation(args: Arguments, context: RpcContext): Promise<undefined> {
  const directory = readText(args, 'location')
  if (!directory) throw new Failure('bad-request', 'no location')
  if (!isAbsolute(directory)) throw new Failure('bad-request', 'new location path is not absolute')
  const isMoved = readBoolean(args, 'move') ?? false
  for (const torrent of await selectTorrents(args, context))
    if (isMoved) await context.call('moveTorrent', { id: torrent.id, directory })
    else await findFiles(torrent, directory, context)
  return undefined
}

/** rpc-spec 3.7: renames a file, or a folder in the torrent, in place. */
async function renamePath(args: Arguments, context: RpcContext) {
  const [path, name] = [readText(args, 'path'), readText(args, 'name')]
  const torrents = await selectTorrents(args, context)
  const [torrent] = torrents
  if (!torrent || torrents.length > 1)
    throw new Failure('bad-request', 'torrent-rename-path requires 1 torrent')
  const told = { path: path ?? '', name: name ?? '', id: context.numbers.of(torrent.id) }
  if (!path || !name || name.includes('/') || name === '.' || name === '..')
    throw new RpcFailure('torrent-rename-path needs a path, and a name without slashes', told)
  const files = await listAllFiles(context.call, torrent.id)
  const folder = path.replace(/\/+$/, '').match(/^.*\//)?.[0] ?? ''
  const renamed = movedPaths(files, path, folder + name)
  if (renamed.length === 0) throw new RpcFailure('No such file or directory', told)
  for (const [index, to] of renamed) await context.call('renameFile', { id: torrent.id, index, path: to })
  context.facts.doubt([torrent.id])
  return told
}
