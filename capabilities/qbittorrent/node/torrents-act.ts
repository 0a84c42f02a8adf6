import type { ActOnTorrents, UpdateTorrent } from '@shoal/api'
import { listAllFiles } from '@shoal/node/node/server/compat/detail-cache.ts'
import { movedPaths } from '@shoal/node/node/server/compat/moved-paths.ts'
import type { z } from 'zod'
import { changes, type WebContext, type WebMethod, type WebMethods } from './answer.ts'
import type { Params } from './params.ts'
import { isQueueing } from './preferences.ts'
import { Refusal } from './refusal.ts'
import { chosen, chosenIds, chosenOne } from './select.ts'
import { AT_ONCE } from './torrent-info.ts'
import { fromPriority } from './torrent-parts.ts'

type Action = z.output<typeof ActOnTorrents>['action']

async function act(action: Action, params: Params, context: WebContext): Promise<undefined> {
  const ids = await chosenIds(params, context)
  if (ids.length > 0) await context.call('actOnTorrents', { ids, action, undo: false })
  context.facts.doubt(ids)
  return undefined
}

function acting(action: Action): WebMethod {
  return changes((params, context) => act(action, params, context))
}

function queueing(action: Action): WebMethod {
  return changes(async (params, context) => {
    const { queue } = await context.call('getSettings', {})
    if (!isQueueing(queue)) throw new Refusal(409, 'Torrent queueing must be enabled')
    return act(action, params, context)
  })
}

/** Makes the same change to each selected torrent. */
function updating(diff: (params: Params) => Omit<UpdateTorrent, 'id'>): WebMethod {
  return changes(async (params, context) => {
    const change = diff(params)
    const ids = await chosenIds(params, context)
    for (const id of ids) await context.call('updateTorrent', { id, ...change })
    context.facts.doubt(ids)
    return undefined
  })
}

/**
 * Features that Shoal does not have: the request is accepted and ignored, and they are shown as
 * switched off.
 */
const unsupportedNoop = changes(async (params, context) => {
  await chosen(params, context)
  return undefined
})

export const ACTING_METHODS: WebMethods = {
  'torrents/pause': acting('pause'),
  'torrents/stop': acting('pause'),
  'torrents/resume': acting('resume'),
  'torrents/start': acting('resume'),
  'torrents/recheck': acting('recheck'),
  'torrents/reannounce': acting('reannounce'),
  'torrents/increasePrio': queueing('queue-up'),
  'torrents/decreasePrio': queueing('queue-down'),
  'torrents/topPrio': queueing('queue-first'),
  'torrents/bottomPrio': queueing('queue-last'),
  'torrents/delete': changes((params, context) => {
    params.required('deleteFiles')
    return act(params.bool('deleteFiles') ? 'remove-with-data' : 'remove', params, context)
  }),
  'torrents/setForceStart': changes((params, context) =>
    act(params.bool('value') ? 'start' : 'resume', params, context),
  ),
  'torrents/setSuperSeeding': updating(params => ({ superSeeding: params.bool('value') ?? false })),
  'torrents/toggleFirstLastPiecePrio': changes(async (params, context) => {
    for (const { id, firstLastFirst } of await chosen(params, context))
      await context.call('updateTorrent', { id, firstLastFirst: !firstLastFirst })
    return undefined
  }),
  'torrents/setAutoManagement': unsupportedNoop,
  'torrents/toggleSequentialDownload': changes(async (params, context) => {
    for (const { id, sequential } of await chosen(params, context))
      await context.call('updateTorrent', { id, sequential: !sequential })
    return undefined
  }),
  'torrents/setDownloadLimit': updating(params => ({ downloadLimitBytesPerSecond: rateLimit(params) })),
  'torrents/setUploadLimit': updating(params => ({ uploadLimitBytesPerSecond: rateLimit(params) })),
  'torrents/setShareLimits': updating(shareLimits),
  'torrents/setLocation': changes(async (params, context) => {
    const directory = params.required('location').trim()
    if (directory === '') throw new Refusal(400, 'Save path cannot be empty')
    return move(params, directory, context)
  }),
  'torrents/setSavePath': changes((params, context) => {
    const directory = params.required('path').trim()
    if (directory === '') throw new Refusal(400, 'Save path cannot be empty')
    return move(named(params), directory, context)
  }),
  // Shoal has no folder for incomplete files, as download_path shows.
  'torrents/setDownloadPath': changes(async (params, context) => {
    params.required('path')
    await chosen(named(params), context)
    return undefined
  }),
  'torrents/rename': changes(async (params, context) => {
    const { id } = await chosenOne(params, context)
    const name = params.required('name').trim()
    if (name === '') throw new Refusal(409, 'Incorrect torrent name')
    const changed = await context.call('updateTorrent', { id, name })
    context.facts.doubt([id])
    if (changed.name !== name) throw new Refusal(409, 'this torrent cannot be renamed')
    return undefined
  }),
  'torrents/renameFile': changes(renamePath),
  'torrents/renameFolder': changes(renamePath),
  'torrents/filePrio': changes(filePriority),
}

/** These methods call the hashes `id`. */
function named(params: Params): Params {
  return params.with(new Map([['hashes', params.required('id')]]))
}

async function move(params: Params, directory: string, context: WebContext): Promise<undefined> {
  for (const id of await chosenIds(params, context)) await context.call('moveTorrent', { id, directory })
  return undefined
}

/** 0 and below: no limit. */
export function rateLimit(params: Params, name = 'limit'): number | null {
  params.required(name)
  const limit = Math.round(params.number(name) ?? 0)
  return limit > 0 ? limit : null
}

/**
 * -2 or absent: from the settings; -1: none. A ratio of 0 ends seeding immediately, even if nothing
 * was sent.
 */
export function shareLimits(params: Params) {
  const limit = (name: string, least: number) => {
    const value = params.number(name) ?? -2
    if (value <= -2) return null
    return value < 0 ? 0 : Math.max(least, value)
  }
  const ratioLimit = limit('ratioLimit', AT_ONCE.ratio)
  const minutes = limit('seedingTimeLimit', AT_ONCE.minutes)
  const isAtOnce = ratioLimit === AT_ONCE.ratio && minutes === null
  return { ratioLimit, seedingTimeLimitMinutes: isAtOnce ? AT_ONCE.minutes : minutes }
}

async function renamePath(params: Params, context: WebContext): Promise<undefined> {
  const { id } = await chosenOne(params, context)
  const [from, to] = [params.required('oldPath'), params.required('newPath')]
  if (to.replace(/\/+$/, '') === '') throw new Refusal(400, 'the new path is empty')
  const moved = movedPaths(await listAllFiles(context.call, id), from, to)
  if (moved.length === 0) throw new Refusal(409, 'there is no such file or folder')
  for (const [index, path] of moved) await context.call('renameFile', { id, index, path })
  context.facts.doubt([id])
  return undefined
}

async function filePriority(params: Params, context: WebContext): Promise<undefined> {
  const torrent = await chosenOne(params, context)
  const priority = fromPriority(Number(params.required('priority')))
  if (priority === null) throw new Refusal(400, 'Priority is not valid')
  const indexes = params.list('id', /[|,]/).map(Number)
  if (indexes.length === 0 || indexes.some(index => !Number.isSafeInteger(index)))
    throw new Refusal(400, 'file IDs must be integers')
  if (torrent.fileCount === null) throw new Refusal(409, "torrent's metadata has not yet downloaded")
  if (indexes.some(index => index < 0 || index >= torrent.fileCount!))
    throw new Refusal(409, 'file ID is not valid')
  await context.call('setPriority', { id: torrent.id, indexes, priority })
  context.facts.doubt([torrent.id])
  return undefined
}
