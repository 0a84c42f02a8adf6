/** Operations on torrents, their files and peers. */
import { networkInterfaces } from 'node:os'
import type { CheckedInputOf, Implemented, TORRENTS } from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import { checkedWebSeed } from '@shoal/torrent'
import { checkEntries, namingEntry, namingField } from '../kernel/name-field.ts'
import { actOnTorrents } from './changes/actions.ts'
import { changeAll } from './changes/change.ts'
import { takePage } from './list/list-queries.ts'
import { toPeers, toPieceMap, toSources } from './list/torrent-topic.ts'
import { fileView, removedView, torrentDetail, trackersView } from './list/view.ts'
import { moveTorrent } from './move-torrent.ts'
import { ipFilterView } from './node-ip-filter.ts'
import { decidePeerReach } from './peers/peer-reach.ts'
import { inTurns } from './queue/in-turns.ts'
import type { ManagedTorrent } from './records/managed-torrent.ts'
import type { TorrentManager } from './torrent-manager.ts'

export function torrentOperations(manager: TorrentManager): Implemented<typeof TORRENTS> {
  const { registry, list, queue, removals, labels, kernel } = manager
  const detail = (torrent: ManagedTorrent) => {
    list.show(torrent)
    return torrentDetail(torrent, list.queue.position(torrent), registry.facets, kernel.reach)
  }
  return {
    listTorrents: async query => list.list(query),
    actOnTorrents: async input => actOnTorrents(input, { registry, queue, removals, log: kernel.log }),
    listRemoved: async () => ({ items: [...removals.restorable()].map(removedView) }),
    getTorrent: async ({ id }) => detail(registry.get(id)),
    updateTorrent: async ({ id, ...change }) => {
      const torrent = registry.get(id)
      await update(torrent, change, manager)
      return detail(torrent)
    },
    updateTorrents: async ({ ids, ...change }) => {
      const torrents = ids === 'all' ? [...registry.listed()] : [...new Set(ids)].map(id => registry.get(id))
      await inTurns(torrents, part => changeAll(part, change, registry))
      return { ids: torrents.map(({ id }) => id) }
    },
    moveTorrent: async ({ id, directory }) => moveTorrent(registry.get(id), directory, manager),
    getPieces: async ({ id }) => toPieceMap(registry.get(id)),
    getTorrentHistory: async ({ id }) => manager.rates.history(registry.get(id), Date.now()),
    listFiles: async ({ id, ...query }) => {
      const torrent = registry.get(id)
      const { items, ...page } = takePage(torrent.api.files, query)
      return { ...page, items: items.map(file => fileView(torrent, file, registry)) }
    },
    setPriority: async ({ id, indexes, priority }) => {
      const { api } = registry.getWithFiles(id)
      const all = indexes === 'all' ? api.files.map(({ index }) => index) : indexes
      const wrong = all.find(index => index >= api.files.length)
      if (wrong !== undefined)
        throw new Failure(
          'bad-request',
          `the torrent has no file ${wrong}: its files are 0 to ${api.files.length - 1}`,
          {
            field: 'indexes',
          },
        )
      await api.setPriorities(new Map(all.map(index => [index, priority])))
      registry.touch(registry.get(id), true)
      await queue.apply()
      return {}
    },
    renameFile: async ({ id, index, path }) => {
      const torrent = registry.getWithFiles(id)
      await namingField('path', () => torrent.api.renameFile(index, safePath(path)))
      manager.filesRenamed(torrent)
      return {}
    },
    listPeers: async ({ id }) => ({ items: toPeers(registry.get(id), manager.peers.facts) }),
    listSources: async ({ id }) => ({ items: toSources(registry.get(id)) }),
    addPeers: async ({ id, addresses }) => {
      const { api } = registry.get(id)
      for (const [at, address] of addresses.entries())
        await namingEntry(() => namingField(`addresses.${at}`, () => api.addPeer(address)))
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
      const wanted = checkEntries('urls', urls, checkedWebSeed)
      for (const url of api.webSeeds) if (!wanted.includes(url)) await api.removeWebSeed(url)
      for (const url of wanted)
        if (!api.webSeeds.includes(url)) await namingField('urls', () => api.addWebSeed(url))
      return {}
    },
    listLabels: async () => labels.list(),
    putLabel: async ({ name, ...change }) => labels.put(name, change),
    removeLabel: async ({ name }) => {
      labels.remove(name)
      return {}
    },
    getPeerReach: async () => {
      const { session, peers } = manager
      const { port, stats, portMapping, route } = session
      const interfaces = Object.values(networkInterfaces()).flatMap(each => each ?? [])
      const addresses = interfaces.map(({ address }) => address)
      return decidePeerReach({
        ...{ port, host: kernel.peerHost, route, addresses, stats, portMapping, peerTest: peers.test },
        network: kernel.reach.shoalNetwork.value(),
      })
    },
    getIpFilter: async () => ipFilterView(manager),
    reloadIpFilter: async () => {
      await manager.ipFilter.reload()
      return ipFilterView(manager)
    },
    listKnownPeers: async ({ cursor, limit }) => {
      const from = cursor === undefined ? 0 : Number.parseInt(cursor, 10)
      if (!(from >= 0))
        throw new Failure('bad-request', 'this cursor is not valid: use `next` of the previous page', {
          field: 'cursor',
        })
      const items = manager.peers.records.recent(limit, from)
      const total = manager.peers.records.count()
      const end = from + items.length
      return { items, total, next: end < total && items.length > 0 ? String(end) : null }
    },
    getHistory: async ({ range }) => manager.traffic.history(range, Date.now()),
  }
}

/** Throws `bad-request` for an empty path, or one that would lead out of the torrent. */
function safePath(path: string): string[] {
  const parts = path.split('/')
  if (parts.every(part => part !== '' && part !== '.' && part !== '..' && !part.includes('\0'))) return parts
  throw new Failure(
    'bad-request',
    `${JSON.stringify(path.slice(0, 200))} is not a valid path: use names with / between folders`,
    {
      field: 'path',
    },
  )
}

type Change = Omit<CheckedInputOf<'updateTorrent'>, 'id'>
async function update(torrent: ManagedTorrent, change: Change, manager: TorrentManager): Promise<void> {
  const { name, queuePosition, ...shared } = change
  changeAll([torrent], shared, manager.registry, name === undefined ? {} : { name })
  if (name !== undefined) manager.renamed(torrent)
  if (queuePosition !== undefined) await manager.queue.place(torrent, queuePosition)
}

function trackers({ api }: ManagedTorrent) {
  return { items: trackersView(api) }
}
