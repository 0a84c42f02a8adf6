import type { Torrent } from '@shoal/api'
import { codeOf } from '@shoal/node/node/server/compat/call.ts'
import { isComplete, listAllFiles } from '@shoal/node/node/server/compat/detail-cache.ts'
import { hasPiece } from '@shoal/node/node/server/compat/pieces.ts'
import { allTorrents, findTorrents, hash40 } from '@shoal/node/node/server/compat/torrent-finder.ts'
import { parseMetainfo } from '@shoal/torrent'
import { reads, type WebContext, type WebMethods } from './answer.ts'
import { selectInfos } from './filter.ts'
import type { Params } from './params.ts'
import { torrentProperties } from './properties.ts'
import { Refusal } from './refusal.ts'
import { chosen, chosenOne } from './select.ts'
import { type TorrentInfo, toInfo } from './torrent-info.ts'
import { toFile, trackerRows } from './torrent-parts.ts'

export const READING_METHODS: WebMethods = {
  'torrents/info': reads(async (params, context) => {
    const hashes = params.list('hashes', '|')
    const rows =
      hashes.length > 0 ? await findTorrents(context.call, hashes) : await allTorrents(context.call)
    return selectInfos(await torrentInfos(rows, context), params)
  }),
  'torrents/count': reads(async (_, { call }) => String((await call('listTorrents', { limit: 1 })).total)),
  'torrents/properties': reads(async (params, context) => {
    const { id } = await chosenOne(params, context)
    const detail = await context.call('getTorrent', { id })
    const { items } = await context.call('listTrackers', { id })
    const map = detail.fileCount === null ? null : await context.call('getPieces', { id })
    return torrentProperties(detail, items, map, await context.call('getSettings', {}))
  }),
  'torrents/trackers': reads(async (params, context) => {
    const torrent = await chosenOne(params, context)
    const { items } = await context.call('listTrackers', { id: torrent.id })
    const { network } = await context.call('getSettings', {})
    const peers = (await context.call('listPeers', { id: torrent.id })).items
    return trackerRows(torrent, items, network, peers)
  }),
  'torrents/webseeds': reads(async (params, context) => {
    const { id } = await chosenOne(params, context)
    return (await context.call('getTorrent', { id })).webSeeds.map(url => ({ url }))
  }),
  'torrents/files': reads(files),
  'torrents/pieceStates': reads(async (params, context) => {
    const torrent = await chosenOne(params, context)
    if (torrent.fileCount === null) return []
    const { count, have } = await context.call('getPieces', { id: torrent.id })
    const bits = Buffer.from(have, 'base64')
    return Array.from({ length: count }, (_, piece) => (hasPiece(bits, piece) ? 2 : 0))
  }),
  'torrents/pieceHashes': reads(async (params, context) => {
    const info = await infoDictionary(await chosenOne(params, context), context)
    const hashes = Buffer.from(info?.pieceHashes ?? [])
    return Array.from({ length: hashes.length / 20 }, (_, at) =>
      hashes.toString('hex', at * 20, at * 20 + 20),
    )
  }),
  'torrents/export': reads(async (params, context) => {
    const torrent = await chosenOne(params, context)
    return (await context.node.files.metainfo(torrent.id)).bytes
  }),
  'torrents/downloadLimit': reads((params, context) =>
    limits(params, context, 'downloadLimitBytesPerSecond'),
  ),
  'torrents/uploadLimit': reads((params, context) => limits(params, context, 'uploadLimitBytesPerSecond')),
}

async function torrentInfos(rows: readonly Torrent[], context: WebContext): Promise<TorrentInfo[]> {
  const settings = await context.call('getSettings', {})
  return (await context.facts.of(rows)).map(facts => toInfo(facts, settings))
}

async function files(params: Params, context: WebContext): Promise<object[]> {
  const torrent = await chosenOne(params, context)
  if (torrent.fileCount === null) return []
  const all = await listAllFiles(context.call, torrent.id)
  const info = await infoDictionary(torrent, context)
  const offsets = info?.files.filter(({ pad }) => !pad).map(({ offsetBytes }) => offsetBytes)
  const wanted = params.has('indexes') ? params.list('indexes', '|').map(Number) : null
  if (wanted?.some(index => !all[index])) throw new Refusal(409, 'there is no file with this index')
  const shown = wanted ? wanted.map(index => all[index]!) : all
  const map = !isComplete(torrent) ? await context.call('getPieces', { id: torrent.id }) : null
  return shown.map(file => toFile(file, torrent, offsets?.[file.index], info?.pieceLengthBytes, map))
}

/** Null while the metadata is unknown. */
export async function infoDictionary({ id }: Torrent, { node }: WebContext) {
  try {
    return parseMetainfo((await node.files.metainfo(id)).bytes).info
  } catch (error) {
    if (codeOf(error) === 'no-metadata') return null
    throw error
  }
}

async function limits(
  params: Params,
  context: WebContext,
  name: 'downloadLimitBytesPerSecond' | 'uploadLimitBytesPerSecond',
): Promise<object> {
  const limits: Record<string, number> = {}
  for (const torrent of await chosen(params, context))
    limits[hash40(torrent)] = (await context.call('getTorrent', { id: torrent.id }))[name] ?? 0
  return limits
}
