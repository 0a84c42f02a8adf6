import type { Torrent, TorrentOperations, Tracker } from '@shoal/api'
import { infoHashText, parseMagnet, parseMetainfo, ShoalError } from '@shoal/torrent'
import { Failure } from '../../../base/failure.ts'
import { mediaType } from '../../torrents/media-type.ts'
import type { ModelNode } from './model-node.ts'
import { type ModelTorrent, modelTorrent, rowOf } from './model-torrent.ts'

export function modelTorrentOperations(node: ModelNode): TorrentOperations {
  const change = (torrent: ModelTorrent, changes: Partial<ModelTorrent['detail']>) => {
    Object.assign(torrent.detail, changes)
    node.tell(torrent)
    return torrent.detail
  }
  return {
    async listTorrents({ cursor, limit, label, text, state, sort, order }) {
      const rows = [...node.torrents.values()].map(rowOf)
      const fits = (row: Torrent) =>
        (label === undefined || (row.label ?? '') === label) &&
        (state === undefined || row.state === state) &&
        row.name.includes(text ?? '')
      const sorted = rows.filter(fits).sort((a, b) => compare(a[sort], b[sort]))
      if (order === 'descending') sorted.reverse()
      return { ...pageOf(sorted, cursor, limit), revision: node.revision }
    },
    async addTorrent({ source, torrent, label, tags, directory, paused }) {
      const made = newTorrent(source, torrent)
      const old = node.torrents.get(made.detail.id)
      if (old) return { added: false, torrent: rowOf(old), job: null }
      Object.assign(made.detail, {
        label: label ?? null,
        tags: tags ?? [],
        ...(directory === undefined ? {} : { directory }),
        ...(paused ? { state: 'paused' } : {}),
      })
      return { added: true, torrent: rowOf(node.keep(made)), job: null }
    },
    async previewTorrent({ source, torrent }) {
      const { detail, files } = newTorrent(source, torrent)
      if (files.length === 0)
        throw new Failure('timeout', 'nobody answered in time: try again', { field: 'source' })
      const list = files.map(({ path, bytes }, index) => ({ index, path, lengthBytes: bytes.length }))
      const { id, name } = detail
      const known = node.torrents.has(id)
      return {
        ...{ id, name, known, totalBytes: detail.totalBytes!, private: false, comment: null },
        ...{ version: 'v1', files: list, trackers: [], seal: null },
      }
    },
    async actOnTorrents({ ids, action }) {
      const chosen = (ids === 'all' ? [...node.torrents.keys()] : ids).filter(id => node.torrents.has(id))
      for (const id of chosen) {
        if (action.startsWith('remove')) node.torrents.delete(id)
        else if (action === 'pause') change(node.torrent(id), { state: 'paused' })
        else if (action === 'resume' || action === 'start') change(node.torrent(id), { state: 'downloading' })
      }
      return { ids: chosen }
    },
    listRemoved: async () => ({ items: [] }),
    getTorrent: async ({ id }) => node.torrent(id).detail,
    async updateTorrent({ id, ...changes }) {
      const given = Object.entries(changes).filter(([, value]) => value !== undefined)
      return change(node.torrent(id), Object.fromEntries(given))
    },
    async moveTorrent({ id, directory }) {
      const { name } = change(node.torrent(id), { directory })
      return {
        ...{ id: node.nextId(), kind: 'move', name, state: 'done', doneBytes: 0, totalBytes: 0 },
        ...{
          bytesPerSecond: 0,
          error: null,
          torrent: id,
          path: directory,
          link: null,
          startedMs: Date.now(),
          endedMs: Date.now(),
        },
      }
    },
    async getPieces({ id }) {
      node.torrent(id)
      return { count: 1, pieceLengthBytes: 16_384, have: 'gA==', availability: 'AA==' }
    },
    async getTorrentHistory({ id }) {
      node.torrent(id)
      return { stepSeconds: 10, points: [] }
    },
    async listFiles({ id, cursor, limit }) {
      const files = node.torrent(id).files.map((file, index) => ({
        index,
        path: file.path,
        lengthBytes: file.bytes.length,
        haveBytes: file.bytes.length,
        priority: file.priority,
        mediaType: mediaType(file.path),
        href: `/files/${id}/${file.path.split('/').map(encodeURIComponent).join('/')}`,
      }))
      return pageOf(files, cursor, limit)
    },
    async setPriority({ id, indexes, priority }) {
      const { files } = node.torrent(id)
      for (const index of indexes === 'all' ? files.keys() : indexes) fileAt(files, index).priority = priority
      return {}
    },
    async renameFile({ id, index, path }) {
      fileAt(node.torrent(id).files, index).path = path
      return {}
    },
    async listPeers({ id }) {
      node.torrent(id)
      return { items: [] }
    },
    async addPeers({ id, addresses }) {
      node.torrent(id)
      const wrong = addresses.findIndex(address => !/^.+:\d{1,5}$/.test(address))
      if (wrong >= 0)
        throw new Failure('bad-request', 'an address is host:port', { field: `addresses.${wrong}` })
      return {}
    },
    listTrackers: async ({ id }) => ({ items: trackersOf(node.torrent(id)) }),
    async setTrackers({ id, tiers }) {
      node.torrent(id).tiers = tiers
      return { items: trackersOf(node.torrent(id)) }
    },
    async setWebSeeds({ id, urls }) {
      change(node.torrent(id), { webSeeds: urls })
      return {}
    },
  }
}

function newTorrent(source: string | undefined, base64: string | undefined): ModelTorrent {
  if ((source === undefined) === (base64 === undefined))
    throw new Failure('bad-request', 'give either source or torrent', { field: 'source' })
  try {
    if (source !== undefined) return ofLink(source)
    const { info } = parseMetainfo(Buffer.from(base64!, 'base64'))
    const id = infoHashText(info.infoHashes)
    const files = info.files.map(file => ({
      path: file.path.join('/'),
      bytes: new Uint8Array(0),
      priority: 4,
    }))
    return modelTorrent(id, info.name, files)
  } catch (error) {
    if (!(error instanceof ShoalError)) throw error
    const field = source === undefined ? 'torrent' : 'source'
    throw new Failure(source === undefined ? 'bad-torrent' : 'unknown-identifier', error.message, { field })
  }
}

function ofLink(source: string): ModelTorrent {
  const text = /^[0-9a-f]{40}$/i.test(source) ? `magnet:?xt=urn:btih:${source}` : source
  const magnet = parseMagnet(text)
  const id = infoHashText(magnet.infoHashes)
  return modelTorrent(id, magnet.name ?? id, [])
}

function fileAt(files: ModelTorrent['files'], index: number): ModelTorrent['files'][number] {
  const file = files[index]
  if (!file) throw new Failure('not-found', `there is no file ${index}`, { field: 'indexes' })
  return file
}

function trackersOf({ tiers }: ModelTorrent): Tracker[] {
  return tiers.flatMap((urls, tier) =>
    urls.map(url => ({
      ...({ url, kind: 'tracker', tier, state: 'idle', message: null, peers: 0 } as const),
      ...{ seeds: null, leeches: null, downloads: null, nextAnnounceSeconds: null },
    })),
  )
}

function compare(a: string | number | null, b: string | number | null): number {
  return (a ?? '') < (b ?? '') ? -1 : (a ?? '') > (b ?? '') ? 1 : 0
}

export function pageOf<Item>(items: readonly Item[], cursor: string | undefined, limit: number) {
  const start = cursor === undefined ? 0 : Number(cursor)
  if (!Number.isInteger(start) || start < 0)
    throw new Failure('bad-request', 'this is no cursor: give `next` of the page before', { field: 'cursor' })
  const next = start + limit < items.length ? String(start + limit) : null
  return { items: items.slice(start, start + limit), next, total: items.length }
}
