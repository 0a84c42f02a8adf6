/** Operations about torrents, their files and peers. */
import type { TorrentOperations } from '@shoal/api'
import { formatMagnet, type TorrentApi, type TorrentSource } from '@shoal/torrent'
import { Failure } from '../../base/failure.ts'
import { shareOf } from '../../base/sealing/share-of.ts'
import { namingField } from '../kernel/name-field.ts'
import type { NodeCore } from '../legacy/node-core.ts'
import { actOnTorrents } from './actions.ts'
import { sourceOf } from './adding.ts'
import { pageOf } from './list-queries.ts'
import type { ManagedTorrent } from './managed-torrent.ts'
import { peersOf, piecesOf } from './torrent-topic.ts'
import { detailOf, fileView, removedView, trackersView } from './view.ts'

export function torrentOperations(core: NodeCore): TorrentOperations {
  const { registry, list } = core
  const detail = (torrent: ManagedTorrent) => {
    list.show(torrent)
    return detailOf(torrent, list.queuePosition(torrent), core.keeper.current.network)
  }
  return {
    listTorrents: async query => list.list(query),
    addTorrent: async (input, { signal } = {}) => core.add(input, signal),
    previewTorrent: async ({ peers = [], timeoutSeconds, ...input }, { signal } = {}) => {
      const given = sourceOf(input)
      const share = shareOf(given)
      const plain = share ? formatMagnet(share.magnet) : given
      const source = await sourceToLookAt(plain, core, timeoutSeconds * 1000, signal)
      const preview = await core.previews.preview(source, peers, timeoutSeconds * 1000, signal)
      return { ...preview, seal: share?.seal?.by ?? null }
    },
    actOnTorrents: async input => actOnTorrents(input, core),
    listRemoved: async () => ({ items: [...core.removals.restorable()].map(removedView) }),
    getTorrent: async ({ id }) => detail(registry.get(id)),
    updateTorrent: async ({ id, ...change }) => {
      const torrent = registry.get(id)
      await update(torrent, change, core)
      return detail(torrent)
    },
    moveTorrent: async ({ id, directory }) => core.works.move(registry.get(id), directory),
    getPieces: async ({ id }) => piecesOf(registry.get(id)),
    getTorrentHistory: async ({ id }) => core.rates.history(registry.get(id), Date.now()),
    listFiles: async ({ id, ...query }) => {
      const torrent = registry.get(id)
      const { items, ...page } = pageOf(torrent.api.files, query)
      return { ...page, items: items.map(file => fileView(torrent, file)) }
    },
    setPriority: async ({ id, indexes, priority }) => {
      const { api } = withFiles(registry.get(id))
      const all = indexes === 'all' ? api.files.map(({ index }) => index) : indexes
      const wrong = all.find(index => index >= api.files.length)
      if (wrong !== undefined)
        throw new Failure(
          'bad-request',
          `the torrent has no file ${wrong}: they are 0 to ${api.files.length - 1}`,
          {
            field: 'indexes',
          },
        )
      await api.setPriorities(new Map(all.map(index => [index, priority])))
      registry.touch(registry.get(id), true)
      await core.queue.apply()
      return {}
    },
    renameFile: async ({ id, index, path }) => {
      const { api } = withFiles(registry.get(id))
      await namingField('path', () => api.renameFile(index, safePath(path)))
      return {}
    },
    listPeers: async ({ id }) => ({ items: peersOf(registry.get(id), core.countries) }),
    addPeers: async ({ id, addresses }) => {
      const { api } = registry.get(id)
      for (const address of addresses) await namingField('addresses', () => api.addPeer(address))
      return {}
    },
    listTrackers: async ({ id }) => trackers(registry.get(id)),
    setTrackers: async ({ id, tiers }) => {
      const torrent = registry.get(id)
      await namingField('tiers', () => torrent.api.setTrackers(tiers))
      return trackers(torrent)
    },
    setWebSeeds: async ({ id, urls }) => {
      const { api } = registry.get(id)
      for (const url of api.webSeeds) if (!urls.includes(url)) await api.removeWebSeed(url)
      for (const url of urls)
        if (!api.webSeeds.includes(url)) await namingField('urls', () => api.addWebSeed(url))
      return {}
    },
  }
}

/** As adding chooses it. Rejects with `unknown-identifier`, `not-a-torrent`, `forbidden-path`, `timeout`, or with the signal's reason. */
async function sourceToLookAt(
  given: TorrentSource,
  core: NodeCore,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<TorrentSource> {
  if (typeof given !== 'string') return given
  const limit = AbortSignal.timeout(timeoutMs)
  const both = AbortSignal.any([limit, ...(signal ? [signal] : [])])
  const outsideOnly = core.isFromOutside(given)
  try {
    return await core.readableSource(
      await core.protocols.manager.torrentBehind(given, { signal: both, outsideOnly }),
    )
  } catch (error) {
    signal?.throwIfAborted()
    if (!limit.aborted) throw error
    throw new Failure('timeout', 'its server did not answer in time: try again later', { field: 'source' })
  }
}

/** Throws `bad-request` for a path that would lead out of the torrent, or nowhere. */
function safePath(path: string): string[] {
  const parts = path.split('/')
  if (parts.every(part => part !== '' && part !== '.' && part !== '..' && !part.includes('\0'))) return parts
  throw new Failure(
    'bad-request',
    `${JSON.stringify(path.slice(0, 200))} cannot be the path of a file: give names with / between folders`,
    {
      field: 'path',
    },
  )
}

type Change = Omit<Parameters<TorrentOperations['updateTorrent']>[0], 'id'>

async function update(
  torrent: ManagedTorrent,
  change: Change,
  { registry, queue, watchers }: NodeCore,
): Promise<void> {
  const { api } = torrent
  const { name, label, tags, ratioLimit, seedingTimeLimitMinutes, sequential, queuePosition } = change
  if (sequential !== undefined) api.setSequential(sequential)
  setLimits(api, change)
  registry.change(torrent, {
    ...(name !== undefined && { name }),
    ...(label !== undefined && { label }),
    ...(tags !== undefined && { tags: [...new Set(tags)] }),
    ...(ratioLimit !== undefined && { ratioLimit }),
    ...(seedingTimeLimitMinutes !== undefined && { seedingTimeLimitMinutes }),
  })
  if (name !== undefined) for (const watcher of watchers) watcher.onRenamed?.(torrent)
  if (queuePosition !== undefined) await queue.place(torrent, queuePosition)
}

function setLimits(
  api: TorrentApi,
  { downloadLimitBytesPerSecond: down, uploadLimitBytesPerSecond: up }: Change,
): void {
  api.setLimits({
    ...(down !== undefined && { downloadBytesPerSecond: down ?? Number.POSITIVE_INFINITY }),
    ...(up !== undefined && { uploadBytesPerSecond: up ?? Number.POSITIVE_INFINITY }),
  })
}

function trackers({ api }: ManagedTorrent) {
  return { items: trackersView(api) }
}

/** Throws `no-metadata` while nothing is known of its files. */
export function withFiles(torrent: ManagedTorrent): ManagedTorrent {
  if (torrent.api.metainfo) return torrent
  throw new Failure('no-metadata', 'its files are not known yet: wait until a peer has told the metadata')
}
