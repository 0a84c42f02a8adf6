import type { Torrent, UpdateTorrent } from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import { checkEntries } from '@shoal/node/node/kernel/name-field.ts'
import type { Call } from '@shoal/node/node/server/compat/call.ts'
import { groupByTier, realTrackers } from '@shoal/node/node/server/compat/real-trackers.ts'
import { checkedTracker } from '@shoal/torrent'
import { type Arguments, readBoolean, readIndexes, readNumber, readText, stringList } from './arguments.ts'
import { type Method, type RpcContext, selectTorrents } from './context.ts'
import { chooseFiles, choosesFiles } from './file-choice.ts'
import { bytesPerSecond, DEFAULT_SPEED } from './status.ts'
import { splitLabels } from './torrent-add.ts'
import { parseTrackerList } from './trackers.ts'

/**
 * rpc-spec 3.2. Bandwidth priority, group and peer limit are ignored: Shoal does not have them per
 * torrent.
 */
export const torrentSet: Method = async (args, context) => {
  const { call, facts } = context
  const torrents = await selectTorrents(args, context)
  const sequential = readBoolean(args, 'sequential_download')
  const labels = splitLabels(stringList(args, 'labels'))
  if (labels.label) await ensureLabel(labels.label, call)
  for (const torrent of torrents) {
    const change = {
      ...labels,
      ...readLimits(torrent, args, context),
      ...readSeeding(args),
      ...readQueue(args),
      ...(sequential !== undefined && { sequential }),
    }
    if (Object.keys(change).length > 0) await call('updateTorrent', { id: torrent.id, ...change })
    if (choosesFiles(args)) await chooseFiles(torrent.id, args, context)
    await changeTrackers(torrent, args, call)
    const directory = readText(args, 'location')
    if (directory) await call('moveTorrent', { id: torrent.id, directory })
  }
  facts.doubt(torrents.map(({ id }) => id))
  return undefined
}

/** Creates the label if necessary, so that it is listed and can have a folder. */
async function ensureLabel(name: string, call: Call): Promise<void> {
  const { items } = await call('listLabels', {})
  if (!items.some(label => label.name === name)) await call('putLabel', { name })
}

type Change = Omit<UpdateTorrent, 'id'>

function readLimits({ id }: Torrent, args: Arguments, { remembered }: RpcContext): Change {
  const limit = (name: string) => {
    const [given, isOn] = [readNumber(args, name), readBoolean(args, `${name}ed`)]
    if (given !== undefined) remembered.set(`${id} ${name}`, Math.max(0, given))
    if (isOn === undefined) return undefined
    if (!isOn) return null
    return bytesPerSecond(remembered.get(`${id} ${name}`) ?? DEFAULT_SPEED)
  }
  const [down, up] = [limit('downloadLimit'), limit('uploadLimit')]
  return {
    ...(down !== undefined && { downloadLimitBytesPerSecond: down }),
    ...(up !== undefined && { uploadLimitBytesPerSecond: up }),
  }
}

function readSeeding(args: Arguments): Change {
  const ratioLimit = modeLimit(args, 'seedRatioMode', 'seedRatioLimit', 0.0001)
  const minutes = modeLimit(args, 'seedIdleMode', 'seedIdleLimit', 0.001)
  return {
    ...(ratioLimit !== undefined && { ratioLimit }),
    ...(minutes !== undefined && { seedingTimeLimitMinutes: minutes }),
  }
}

/**
 * Mode 0: from the session; 1: the limit; 2: none. A limit of 0 is reached immediately, which
 * `least` represents.
 */
function modeLimit(args: Arguments, mode: string, name: string, least: number): number | null | undefined {
  const [chosen, limit] = [readNumber(args, mode), readNumber(args, name)]
  if (chosen === 0) return null
  if (chosen === 2) return 0
  return limit === undefined ? undefined : Math.max(least, limit)
}

function readQueue(args: Arguments): Change {
  const position = readNumber(args, 'queuePosition')
  return position === undefined ? {} : { queuePosition: Math.max(0, Math.round(position)) + 1 }
}

async function changeTrackers({ id }: Torrent, args: Arguments, call: Call): Promise<void> {
  const list = readText(args, 'trackerList')
  if (list !== undefined) return void (await call('setTrackers', { id, tiers: parseTrackerList(list) }))
  const added = checkEntries('trackerAdd', stringList(args, 'trackerAdd') ?? [], checkedTracker)
  const removed = readIndexes(args, 'trackerRemove') ?? []
  const replaced = replacements(args)
  if (added.length + removed.length + replaced.size === 0) return
  const { items } = await call('listTrackers', { id })
  const known = realTrackers(items)
  if ([...removed, ...replaced.keys()].some(index => !known[index]))
    throw new Failure('bad-request', 'there is no tracker with this id')
  const kept = known
    .map((tracker, index) => ({ ...tracker, url: replaced.get(index) ?? tracker.url }))
    .filter((_, index) => !removed.includes(index))
  const urls = new Set(kept.map(({ url }) => url))
  const tiers = [...groupByTier(kept), ...added.filter(url => !urls.has(url)).map(url => [url])]
  await call('setTrackers', { id, tiers })
}

/** `trackerReplace`: alternating ids and URLs. */
function replacements({ trackerReplace: pairs }: Arguments): Map<number, string> {
  const replaced = new Map<number, string>()
  if (pairs === undefined) return replaced
  if (!Array.isArray(pairs) || pairs.length % 2 !== 0)
    throw new Failure('bad-request', 'trackerReplace is not a list of alternating ids and URLs')
  for (let at = 0; at < pairs.length; at += 2) {
    if (typeof pairs[at] !== 'number' || typeof pairs[at + 1] !== 'string')
      throw new Failure('bad-request', 'trackerReplace is not a list of alternating ids and URLs')
    replaced.set(pairs[at], pairs[at + 1])
  }
  return replaced
}
