import type { CountedLabel, Job, NodeOperations, NodeStats, TorrentOperations } from '@shoal/api'
import { Failure } from '../../../base/failure.ts'
import type { ModelNode } from './model-node.ts'
import { uploadView } from './model-torrent.ts'
import { pageOf } from './model-torrent-operations.ts'

export function modelNodeOperations(node: ModelNode): Omit<NodeOperations, keyof TorrentOperations> {
  const count = (name: string): CountedLabel => ({
    ...node.labels.get(name)!,
    torrents: [...node.torrents.values()].filter(({ detail }) => detail.label === name).length,
  })
  const job = (kind: Job['kind'], name: string): Job => {
    const nowMs = Date.now()
    const made: Job = {
      ...{ id: node.nextId(), kind, name, state: 'done', doneBytes: 0, totalBytes: 0, bytesPerSecond: 0 },
      ...{ error: null, torrent: null, path: null, link: null, startedMs: nowMs, endedMs: nowMs },
    }
    node.jobs.set(made.id, made)
    node.events.publish('jobs', { type: 'job', job: made })
    return made
  }
  return {
    createTorrent: async ({ path, name }) => job('create', name ?? path),
    listKnownPeers: async ({ cursor, limit }) => pageOf([], cursor, limit),
    listLabels: async () => ({ items: [...node.labels.keys()].map(count), tags: [] }),
    async putLabel({ name, directory = null, colour = null }) {
      node.labels.set(name, { name, directory, colour })
      return count(name)
    },
    async removeLabel({ name }) {
      node.found(node.labels, name, 'label', 'name')
      node.labels.delete(name)
      return {}
    },
    listJobs: async () => ({ items: [...node.jobs.values()] }),
    getJob: async ({ id }) => node.found(node.jobs, id, 'job'),
    async cancelJob({ id }) {
      const found = node.found(node.jobs, id, 'job')
      node.jobs.delete(id)
      return found
    },
    async search({ text }) {
      const hits = [...node.torrents.values()].filter(({ detail }) => detail.name.includes(text))
      const items = hits.map(({ detail: { id, name } }) => ({
        ...{ torrent: id, torrentName: name, file: null, path: null, snippet: null, matches: [] },
      }))
      return { items, next: null }
    },
    async createUpload({ name }) {
      const upload = { id: node.nextId(), name, files: [], startedMs: Date.now() }
      node.uploads.set(upload.id, upload)
      return uploadView(upload)
    },
    getUpload: async ({ id }) => uploadView(node.found(node.uploads, id, 'upload')),
    shareUpload: async ({ id }) => job('create', node.found(node.uploads, id, 'upload').name),
    async cancelUpload({ id }) {
      node.found(node.uploads, id, 'upload')
      node.uploads.delete(id)
      return {}
    },
    listFeeds: async () => ({ items: [...node.feeds.values()] }),
    async addFeed({ url, everyMinutes, filters }) {
      const feed = { id: node.nextId(), url, title: url, everyMinutes, filters, fetchedMs: null, error: null }
      node.feeds.set(feed.id, feed)
      return feed
    },
    async updateFeed({ id, ...changes }) {
      const feed = node.found(node.feeds, id, 'feed')
      const given = Object.entries(changes).filter(([, value]) => value !== undefined)
      return Object.assign(feed, Object.fromEntries(given))
    },
    async removeFeed({ id }) {
      node.found(node.feeds, id, 'feed')
      node.feeds.delete(id)
      return {}
    },
    refreshFeed: async ({ id }) =>
      Object.assign(node.found(node.feeds, id, 'feed'), { fetchedMs: Date.now() }),
    async listFeedItems({ id, cursor, limit }) {
      node.found(node.feeds, id, 'feed')
      return pageOf([], cursor, limit)
    },
    getSettings: async () => node.settings,
    async changeSettings(changes) {
      const parts = Object.entries(changes).map(([name, part]) => [
        name,
        { ...node.settings[name as keyof typeof node.settings], ...part },
      ])
      node.settings = { ...node.settings, ...Object.fromEntries(parts) }
      node.events.publish('settings', { type: 'settings' })
      return node.settings
    },
    async getNode() {
      const { startedMs } = node
      return {
        ...{ version: '0.1.0', apiVersion: 1, startedMs, directory: '/downloads', peerPort: 6881 },
        ...{ allowedDirectories: ['/downloads'], platform: 'test', fixedSettings: [], capabilities: [] },
      }
    },
    getStats: async () => statsOf(node),
    getHistory: async () => ({ stepSeconds: 60, points: [] }),
    listProtocols: async () => ({ items: [{ name: 'BitTorrent', understands: ['magnet:?xt=…'] }] }),
    async listFolders({ path = '/downloads' }) {
      if (!`${path}/`.startsWith('/downloads/') || path.includes('..'))
        throw new Failure('forbidden-path', 'this folder is not allowed', { field: 'path' })
      return { path, parent: null, entries: [], freeBytes: 1000 }
    },
    listLog: async query => ({ items: node.entries.list(query) }),
    getHealth: async () => ({ status: 'ok', version: '0.1.0', problems: [] }),
    async stopNode() {
      node.stopped = true
      return {}
    },
  }
}

function statsOf(node: ModelNode): NodeStats {
  const torrents: Record<string, number> = {}
  for (const { detail } of node.torrents.values()) torrents[detail.state] = (torrents[detail.state] ?? 0) + 1
  const none = { downloadedBytes: 0, uploadedBytes: 0 }
  return {
    ...{ atMs: Date.now(), downloadBytesPerSecond: 0, uploadBytesPerSecond: 0, session: none, allTime: none },
    ...{ torrents, connections: { tcp: 0 }, dhtNodes: null, memoryBytes: process.memoryUsage().rss },
    disk: [{ directory: '/downloads', freeBytes: 1000, totalBytes: 2000 }],
    uptimeSeconds: (Date.now() - node.startedMs) / 1000,
    limits: { downloadBytesPerSecond: null, uploadBytesPerSecond: null, by: 'settings' },
    indexing: { waiting: 0, indexed: 0 },
  }
}
