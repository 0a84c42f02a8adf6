import {
  ApiError,
  type CheckedInputOf,
  CONTRACTS,
  type FeedItem,
  type FeedOperations,
  type Job,
  type JobOperations,
  type LabelOperations,
  LOG_LEVELS,
  type NodeOperations,
  type OutputOf,
  type SearchHit,
  type Settings,
  type TorrentOperations,
  type WholeNodeOperations,
} from '@shoal/api'
import { itemsOf, RELEASES } from './feeds.ts'
import { filesAt, listFolder } from './folders.ts'
import { historyOf, mockHistory } from './history.ts'
import { mediaTypeOf } from './media-types.ts'
import { Random, seedOf } from './random.ts'
import { MockTorrent, mockLinkOf } from './swarm.ts'
import { type MockWorld, publicJob } from './world.ts'

const missing = (what: string) =>
  new ApiError('not-found', `This ${what} is not here (any more).`, { status: 404, field: 'id' })

export function nodeOperations(world: MockWorld): Omit<NodeOperations, keyof TorrentOperations> {
  return { ...labelOperations(world), ...jobOperations(world), ...feedOperations(world), ...aboutNode(world) }
}

function labelOperations(world: MockWorld): LabelOperations {
  return {
    async listLabels() {
      const tags = new Set([...world.torrents.values()].flatMap(({ row }) => row.tags))
      return { items: world.countedLabels(), tags: [...tags].sort() }
    },
    async putLabel({ name, directory, colour }) {
      const before = world.labels.get(name) ?? { name, directory: null, colour: null, torrents: 0 }
      world.labels.set(name, {
        ...before,
        ...(directory === undefined ? {} : { directory }),
        ...(colour === undefined ? {} : { colour }),
      })
      world.tellLabels()
      return world.countedLabels().find(label => label.name === name)!
    },
    async removeLabel({ name }) {
      world.labels.delete(name)
      for (const { row } of world.torrents.values()) {
        if (row.label !== name) continue
        row.label = null
        world.touch(row.id)
      }
      world.flush()
      world.tellLabels()
      return {}
    },
  }
}

function jobOperations(world: MockWorld): JobOperations {
  return {
    async createTorrent({ path, name = path.slice(path.lastIndexOf('/') + 1), ...how }) {
      return share(world, { ...how, name, files: filesAt(path) })
    },
    listJobs: async () => ({ items: [...world.jobs.values()].map(publicJob) }),
    async getJob({ id }) {
      const job = world.jobs.get(id)
      if (!job) throw missing('job')
      return publicJob(job)
    },
    async cancelJob({ id }) {
      const job = world.jobs.get(id)
      if (!job) throw missing('job')
      if (job.state === 'running' || job.state === 'waiting')
        Object.assign(job, { state: 'cancelled', endedMs: world.nowMs(), bytesPerSecond: 0 })
      else world.jobs.delete(id)
      world.tellJob(job)
      return publicJob(job)
    },
    async createUpload({ name }) {
      const id = `upload-${world.uploads.size + 1}`
      world.uploads.set(id, { name, files: new Map(), startedMs: world.nowMs() })
      return publicUpload(world, id)
    },
    getUpload: async ({ id }) => publicUpload(world, id),
    async shareUpload({ id, name, ...how }) {
      const { name: given, files: sent } = uploadOf(world, id)
      const files = [...sent].map(([path, lengthBytes]) => ({ path, lengthBytes }))
      world.uploads.delete(id)
      const isFile = files.length === 1 && files[0]!.path === given
      const placed = isFile ? files : files.map(file => ({ ...file, path: `${given}/${file.path}` }))
      return share(world, { ...how, name: name ?? given, files: placed })
    },
    async cancelUpload({ id }) {
      world.uploads.delete(id)
      return {}
    },
  }
}

function uploadOf(world: MockWorld, id: string) {
  const found = world.uploads.get(id)
  if (!found) throw missing('upload')
  return found
}

export function publicUpload(world: MockWorld, id: string): OutputOf<'getUpload'> {
  const { name, files, startedMs } = uploadOf(world, id)
  const receivedBytes = [...files.values()].reduce((sum, bytes) => sum + bytes, 0)
  return { id, name, fileCount: files.size, receivedBytes, startedMs }
}

interface Shared extends Pick<CheckedInputOf<'createTorrent'>, 'label' | 'tags' | 'seal'> {
  readonly name: string
  readonly files: { path: string; lengthBytes: number }[]
}

function share(world: MockWorld, { name, files, label = null, tags = [], seal }: Shared): Job {
  const totalBytes = Math.max(
    1,
    files.reduce((sum, file) => sum + file.lengthBytes, 0),
  )
  return world.startJob('create', name, totalBytes, Math.max(60e6, totalBytes / 6), job => {
    const id = new Random(seedOf(`${name} ${totalBytes}`)).hex(40)
    // Padded, and with a header.
    const sealed = [{ path: 'sealed.age', lengthBytes: Math.ceil(totalBytes * 1.02) + 512 }]
    const title = { name, label, tags, sealed: seal !== undefined, files: () => (seal ? sealed : files) }
    const start = { id, state: 'seeding', progress: 1, addedMs: world.nowMs(), uploadedBytes: 0 } as const
    const made = new MockTorrent(title, start)
    Object.assign(made.row, { completedMs: world.nowMs(), swarmSeeds: 1, swarmLeeches: 0 })
    world.add(made)
    Object.assign(job, { torrent: id, link: seal ? mockLinkOf(`${name} ${seal.by}`) : null })
  })
}

function feedOperations(world: MockWorld): FeedOperations {
  const find = (id: string) => {
    const found = world.feeds.get(id)
    if (!found) throw missing('feed')
    return found
  }
  const told = <Value>(value: Value): Value => {
    world.emit({ type: 'feeds' })
    return value
  }
  return {
    listFeeds: async () => ({ items: [...world.feeds.values()].map(({ feed }) => feed) }),
    async addFeed({ url, everyMinutes, filters }) {
      const known = [...world.feeds.values()].find(({ feed }) => feed.url === url)
      if (known) return known.feed
      const id = `feed-${seedOf(url)}`
      const feed = {
        id,
        url,
        title: new URL(url).hostname,
        everyMinutes,
        filters,
        fetchedMs: world.nowMs(),
        error: null,
      }
      world.feeds.set(id, { feed, items: itemsOf(id, RELEASES, world.nowMs()) })
      return told(feed)
    },
    async updateFeed({ id, everyMinutes, filters }) {
      const entry = find(id)
      entry.feed = {
        ...entry.feed,
        everyMinutes: everyMinutes ?? entry.feed.everyMinutes,
        filters: filters ?? entry.feed.filters,
      }
      return told(entry.feed)
    },
    async removeFeed({ id }) {
      world.feeds.delete(id)
      return told({})
    },
    async refreshFeed({ id }) {
      const entry = find(id)
      entry.feed = { ...entry.feed, fetchedMs: world.nowMs(), error: null }
      return told(entry.feed)
    },
    async listFeedItems({ id }) {
      const items = find(id).items.map(item => ({ ...item, taken: item.taken || isThere(world, item) }))
      return { items, next: null, total: items.length }
    },
  }
}

const isThere = (world: MockWorld, item: FeedItem) => {
  const hash = /btih:([0-9a-f]{40})/.exec(item.source)?.[1]
  return hash !== undefined && world.torrents.has(hash)
}

function aboutNode(world: MockWorld): WholeNodeOperations {
  return {
    search: async input => search(world, input),
    getSettings: async () => structuredClone(world.settings),
    async changeSettings(change) {
      const merged = { ...world.settings } as Record<string, object>
      for (const [section, members] of Object.entries(change))
        if (members) merged[section] = { ...merged[section], ...members }
      world.settings = merged as Settings
      world.emit({ type: 'settings' })
      return structuredClone(world.settings)
    },
    getNode: async () => ({
      version: '0.1.0',
      apiVersion: 1,
      startedMs: world.startedMs,
      directory: world.settings.downloads.directory,
      allowedDirectories: ['/home/ana'],
      peerPort: world.settings.network.port,
      platform: 'Linux 6.12',
      fixedSettings: ['network.port'],
      capabilities: CONTRACTS.map(({ name }) => name),
    }),
    getStats: async () => world.stats(),
    getHistory: async ({ range }) =>
      world.fresh || range === 'hour' ? historyOf(range, world.minutes) : mockHistory(range, world.nowMs()),
    listProtocols: async () => ({
      items: [
        {
          name: 'bittorrent',
          understands: ['magnet:?xt=…', 'an info hash (40 or 64 hex digits)', 'a .torrent file or its URL'],
        },
        { name: 'http', understands: ['https://…', 'http://…'] },
        { name: 'ftp', understands: ['ftp://…'] },
      ],
    }),
    listFolders: async ({ path }) => listFolder(path),
    async listLog({ level, torrent, after = 0, limit }) {
      const fitting = world.log.filter(
        entry =>
          LOG_LEVELS.indexOf(entry.level) >= LOG_LEVELS.indexOf(level) &&
          entry.id > after &&
          (torrent === undefined || entry.torrent === torrent),
      )
      return { items: fitting.slice(-limit) }
    },
    getHealth: async () => ({ status: 'ok', version: '0.1.0', problems: [] }),
    stopNode: async () => ({}),
    listKnownPeers: async () => ({ items: [], next: null, total: 0 }),
  }
}

function search(
  world: MockWorld,
  { text, kind, cursor, limit }: CheckedInputOf<'search'>,
): OutputOf<'search'> {
  const words = text.toLowerCase().replaceAll('"', '').split(/\s+/).filter(Boolean)
  const hits: SearchHit[] = []
  if (words.length > 0)
    for (const torrent of world.torrents.values()) hits.push(...hitsIn(torrent, words, kind))
  const start = Number(cursor ?? 0)
  const end = start + limit
  return { items: hits.slice(start, end), next: end < hits.length ? String(end) : null }
}

function hitsIn({ row, files }: MockTorrent, words: readonly string[], kind?: string): SearchHit[] {
  const base = { torrent: row.id, torrentName: row.name }
  const hits: SearchHit[] = []
  const own = matchesIn(row.name, words)
  if (own && kind === undefined) hits.push({ ...base, file: null, path: null, snippet: null, matches: own })
  for (const [file, { path }] of files.entries()) {
    if (kind !== undefined && kindOf(path) !== kind) continue
    const name = path.slice(path.lastIndexOf('/') + 1)
    const snippet =
      kindOf(path) === 'document' ? PASSAGES.find(passage => matchesIn(passage, words)) : undefined
    const inPath = matchesIn(path, words)
    if (snippet !== undefined)
      hits.push({ ...base, file, path, snippet, matches: matchesIn(snippet, words)! })
    else if (inPath && (matchesIn(name, words) || !own))
      hits.push({ ...base, file, path, snippet: null, matches: inPath })
    if (hits.length > 40) break
  }
  return hits
}

const PASSAGES = [
  '… the sea was perfectly calm, and the shoal of white dolphins swam ahead of us until the sun went down over the harbour …',
  '… how to share a folder: choose it, wait until it is read, and send the link to whoever should have it …',
  '… the Moon, as we shall see, draws the water of the sea towards itself and leaves it behind twice a day …',
]

function matchesIn(text: string, words: readonly string[]): [number, number][] | null {
  const lower = text.toLowerCase()
  const found = words.map(word => [lower.indexOf(word), word.length] as const)
  if (found.some(([at]) => at < 0)) return null
  return found.map(([at, length]): [number, number] => [at, at + length]).sort((a, b) => a[0] - b[0])
}

function kindOf(path: string): string {
  const type = mediaTypeOf(path)
  if (type.startsWith('video/')) return 'video'
  if (type.startsWith('audio/')) return 'audio'
  if (type.startsWith('image/')) return 'picture'
  if (/text|pdf|epub/.test(type)) return 'document'
  return /zip|xz|iso/.test(path) ? 'archive' : 'other'
}
