/** Methods of qBittorrent 5 that read metadata and content. */
import { Readable } from 'node:stream'
import type { TorrentFile } from '@shoal/api'
import { codeOf } from '@shoal/node/node/server/compat/call.ts'
import { listAllFiles } from '@shoal/node/node/server/compat/detail-cache.ts'
import { fileDisposition } from '@shoal/node/node/server/routes/disposition.ts'
import { FILE_HEADERS } from '@shoal/node/node/server/routes/headers.ts'
import { infoHashText, type Metainfo, PieceLayout, readMetainfo } from '@shoal/torrent'
import { changes, Reply, reads, type WebContext, type WebMethods } from './answer.ts'
import { Refusal } from './refusal.ts'
import { chosenOne } from './select.ts'

export const METADATA_METHODS: WebMethods = {
  'torrents/parseMetadata': changes(async params => {
    if (params.files.length === 0) throw new Refusal(400, 'Must specify torrent file(s)')
    return await Promise.all(
      params.files.map(async ({ name, bytes }) => {
        try {
          return metadataView(await readMetainfo(bytes))
        } catch (error) {
          if (codeOf(error) === 'internal') throw error
          throw new Refusal(415, `Error: '${name}' is not a valid torrent file.`)
        }
      }),
    )
  }),
  'torrents/pieceAvailability': reads(async (params, context) => {
    const torrent = await chosenOne(params, context)
    if (torrent.fileCount === null) return []
    const { availability } = await context.call('getPieces', { id: torrent.id })
    return [...Buffer.from(availability, 'base64')]
  }),
  'torrents/downloadFile': reads(async (params, context) => {
    const torrent = await chosenOne(params, context)
    if (torrent.fileCount === null) throw new Refusal(409, 'Torrent metadata not available')
    const file = await fileNamed(params.required('file'), torrent.id, context)
    if (file.haveBytes < file.lengthBytes) throw new Refusal(409, 'File not fully downloaded')
    const content = await context.node.files.open(torrent.id, `#${file.index}`)
    const { signal } = new AbortController()
    const body = Readable.from(content.read({ start: 0, end: content.lengthBytes, signal }))
    const { contentType, disposition } = fileDisposition(content.name, content.mediaType)
    const headers = { ...FILE_HEADERS, 'content-type': contentType, 'content-disposition': disposition }
    return new Reply(200, headers, body)
  }),
}

/** By index or path. */
async function fileNamed(named: string, id: string, { call }: WebContext): Promise<TorrentFile> {
  const files = await listAllFiles(call, id)
  const file = /^\d+$/.test(named) ? files[Number(named)] : files.find(({ path }) => path === named)
  if (file) return file
  throw new Refusal(409, `"${named}" is not a valid file index or path`)
}

/** -1 for an unknown date. */
function metadataView(metainfo: Metainfo) {
  const { info, trackers, webSeeds, comment, createdBy, creationDate } = metainfo
  const { v1, v2 } = info.infoHashes
  const files = info.files.filter(({ pad }) => !pad)
  return {
    comment: comment ?? '',
    created_by: createdBy ?? '',
    creation_date: creationDate ?? -1,
    hash: infoHashText(info.infoHashes).slice(0, 40),
    info: {
      files: files.map(({ path, lengthBytes }) => ({ length: lengthBytes, path: path.join('/') })),
      length: info.lengthBytes,
      name: info.name,
      piece_length: info.pieceLengthBytes,
      pieces_num: new PieceLayout(info).pieceCount,
      private: info.private,
    },
    infohash_v1: v1 ? infoHashText({ v1 }) : '',
    infohash_v2: v2 ? infoHashText({ v2 }) : '',
    trackers: trackers.flatMap((urls, tier) => urls.map(url => ({ tier, url }))),
    webseeds: webSeeds,
  }
}
