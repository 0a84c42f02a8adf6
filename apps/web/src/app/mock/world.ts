import {
  type CountedLabel,
  DEFAULT_SETTINGS,
  type Feed,
  type FeedItem,
  type Job,
  type LogEntry,
  type NodeEvent,
  type NodeStats,
  type Settings,
  type Torrent,
} from '@shoal/api'
import { mockFeeds } from './feeds.ts'
import { type Minutes, pastHour } from './history.ts'
import { Random, seedOf } from './random.ts'
import { MockTorrent } from './swarm.ts'
import { titleNumber } from './titles.ts'

export interface WorldOptions {
  readonly torrents: number
  /** Nearly everything is active. */
  readonly busy: boolean
  /** It was never used: nothing was moved before. */
  readonly fresh?: boolean
  readonly seed?: number
  readonly nowMs?: () => number
}

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
const LOG_KEPT = 500
/** In one part of a tick: a few milliseconds. */
const LEAST_PART = 250
const MOST_PARTS = 15

/** A made-up node: everything that it knows, and a clock that moves it. */
export class MockWorld {
  readonly torrents = new Map<string, MockTorrent>()
  readonly removed = new Map<string, MockTorrent>()
  readonly labels = new Map<string, CountedLabel>()
  readonly jobs = new Map<string, Job & { finish?: () => void }>()
  readonly uploads = new Map<string, { name: string; files: Map<string, number>; startedMs: number }>()
  readonly feeds: Map<string, { feed: Feed; items: FeedItem[] }>
  readonly log: LogEntry[] = []
  readonly startedMs: number
  readonly random: Random
  readonly nowMs: () => number
  settings: Settings = {
    ...structuredClone(DEFAULT_SETTINGS),
    downloads: { ...DEFAULT_SETTINGS.downloads, directory: '/home/ana/Downloads' },
  }
  revision = 1
  totals = { downloadedBytes: 0, uploadedBytes: 0 }
  readonly fresh: boolean
  /** What was moved in the last hour, and since the page was opened. */
  readonly minutes: Minutes
  readonly #listeners = new Set<(event: NodeEvent) => void>()
  readonly #sent = new Map<string, Torrent>()
  readonly #dirty = new Set<string>()
  readonly #changes = new Map<string, Partial<Torrent> & { id: string }>()
  readonly #gone = new Set<string>()

  constructor({ torrents, busy, fresh = false, seed = 7, nowMs = Date.now }: WorldOptions) {
    this.random = new Random(seed)
    this.nowMs = nowMs
    this.fresh = fresh
    this.startedMs = nowMs() - (fresh ? 0 : 3 * DAY_MS)
    this.feeds = mockFeeds(nowMs())
    for (const [name, colour] of LABELS)
      this.labels.set(name, {
        name,
        colour,
        directory: name === 'films' ? '/home/ana/Videos' : null,
        torrents: 0,
      })
    for (let index = 0; index < torrents; index++) this.#addTitle(index, busy)
    this.minutes = fresh ? new Map() : pastHour(this.stats(), nowMs(), 'node')
    this.note('info', 'The node has started')
    this.queue()
    for (const { row } of this.torrents.values()) this.#sent.set(row.id, { ...row, tags: [...row.tags] })
  }

  #addTitle(index: number, busy: boolean): void {
    const title = titleNumber(index)
    const random = new Random(seedOf(`start ${index}`))
    const [state, progress] = busy ? busyStart(random) : (STARTS[index % STARTS.length] ?? ['seeding', 1])
    const id = new Random(seedOf(title.name)).hex(40)
    const addedMs = this.nowMs() - Math.round(random.between(0.01, 60) * DAY_MS)
    this.torrents.set(id, new MockTorrent(title, { id, state, progress, addedMs }))
    this.torrents.get(id)!.refresh(addedMs)
  }

  on(listener: (event: NodeEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  emit(event: NodeEvent): void {
    for (const listener of [...this.#listeners]) listener(event)
  }

  note(level: LogEntry['level'], message: string, torrent: string | null = null): void {
    const entry = { id: (this.log.at(-1)?.id ?? 0) + 1, atMs: this.nowMs(), level, torrent, message }
    this.log.push(entry)
    if (this.log.length > LOG_KEPT) this.log.shift()
    this.emit({ type: 'log', entries: [entry] })
  }

  /** Marks rows as changed; they are told of with the next flush. */
  touch(...ids: string[]): void {
    for (const id of ids) this.#dirty.add(id)
  }

  add(torrent: MockTorrent): void {
    this.torrents.set(torrent.row.id, torrent)
    this.#gone.delete(torrent.row.id)
    this.#sent.delete(torrent.row.id)
    this.touch(torrent.row.id)
    this.queue()
  }

  take(id: string): void {
    this.torrents.delete(id)
    this.#sent.delete(id)
    this.#changes.delete(id)
    this.#gone.add(id)
    this.queue()
  }

  /** Numbers those that still download, in the order that they have. */
  queue(order?: MockTorrent[]): void {
    const waiting = order ?? this.queued()
    for (const [at, { row }] of waiting.entries()) {
      if (row.queuePosition === at + 1) continue
      row.queuePosition = at + 1
      this.touch(row.id)
    }
  }

  queued(): MockTorrent[] {
    const unfinished = [...this.torrents.values()].filter(({ row }) => row.completedMs === null)
    return unfinished.sort((a, b) => (a.row.queuePosition ?? 1e9) - (b.row.queuePosition ?? 1e9))
  }

  /** Lets time pass and tells what changed. */
  tick(seconds: number): void {
    const parts = this.ticking(seconds)
    while (!parts.next().done);
  }

  /** The same a part of the torrents at a time, since a page has other things to do meanwhile. */
  *ticking(seconds: number): Generator<void> {
    const part = Math.max(LEAST_PART, Math.ceil(this.torrents.size / MOST_PARTS))
    let moved = 0
    const nowMs = this.nowMs()
    const before = { ...this.totals }
    for (const torrent of this.torrents.values()) {
      const state = torrent.row.state
      if (torrent.tick(seconds, nowMs)) this.touch(torrent.row.id)
      this.totals.downloadedBytes += torrent.row.downloadBytesPerSecond * seconds
      this.totals.uploadedBytes += torrent.row.uploadBytesPerSecond * seconds
      if (state === 'downloading' && torrent.row.state === 'seeding')
        this.note('info', `${torrent.row.name} is complete`, torrent.row.id)
      if (++moved % part > 0) continue
      this.#collect()
      yield
    }
    this.#remember(nowMs, before)
    for (const job of this.jobs.values()) this.#work(job, seconds)
    this.flush()
    this.emit({ type: 'stats', stats: this.stats() })
  }

  #remember(nowMs: number, before: { downloadedBytes: number; uploadedBytes: number }): void {
    const minute = nowMs - (nowMs % MINUTE_MS)
    const moved = this.minutes.get(minute) ?? { downloadedBytes: 0, uploadedBytes: 0 }
    moved.downloadedBytes += this.totals.downloadedBytes - before.downloadedBytes
    moved.uploadedBytes += this.totals.uploadedBytes - before.uploadedBytes
    this.minutes.set(minute, moved)
  }

  #collect(): void {
    for (const id of this.#dirty) {
      const delta = this.#delta(id)
      if (delta) this.#changes.set(id, { ...this.#changes.get(id), ...delta })
    }
    this.#dirty.clear()
  }

  flush(): void {
    this.#collect()
    const changed = [...this.#changes.values()]
    const removed = [...this.#gone]
    this.#changes.clear()
    this.#gone.clear()
    if (changed.length === 0 && removed.length === 0) return
    this.revision++
    this.emit({ type: 'torrents', revision: this.revision, changed, removed })
    if (removed.length > 0 || changed.some(row => 'label' in row)) this.tellLabels()
  }

  #delta(id: string): (Partial<Torrent> & { id: string }) | null {
    const row = this.torrents.get(id)?.row
    if (!row) return null
    const sent = this.#sent.get(id)
    this.#sent.set(id, { ...row, tags: [...row.tags] })
    if (!sent) return structuredClone(row)
    const keys = (Object.keys(row) as (keyof Torrent)[]).filter(
      key =>
        row[key] !== sent[key] &&
        (typeof row[key] !== 'object' || JSON.stringify(row[key]) !== JSON.stringify(sent[key])),
    )
    const copied = (key: keyof Torrent) =>
      typeof row[key] === 'object' ? structuredClone(row[key]) : row[key]
    return keys.length === 0 ? null : { ...Object.fromEntries(keys.map(key => [key, copied(key)])), id }
  }

  tellLabels(): void {
    this.emit({ type: 'labels', labels: this.countedLabels() })
  }

  countedLabels(): CountedLabel[] {
    const counts = new Map<string, number>()
    for (const { row } of this.torrents.values())
      if (row.label !== null) counts.set(row.label, (counts.get(row.label) ?? 0) + 1)
    for (const name of counts.keys())
      if (!this.labels.has(name)) this.labels.set(name, { name, directory: null, colour: null, torrents: 0 })
    return [...this.labels.values()].map(label => ({ ...label, torrents: counts.get(label.name) ?? 0 }))
  }

  /** A job that moves `totalBytes` at a rate; `finish` is called at its end. */
  startJob(
    kind: Job['kind'],
    name: string,
    totalBytes: number,
    bytesPerSecond: number,
    finish?: (job: Job) => void,
  ): Job {
    const id = `job-${this.jobs.size + 1}`
    const job: Job & { finish?: () => void } = {
      id,
      kind,
      name,
      state: 'running',
      doneBytes: 0,
      totalBytes,
      bytesPerSecond,
      error: null,
      torrent: null,
      path: null,
      link: null,
      startedMs: this.nowMs(),
      endedMs: null,
    }
    job.finish = () => finish?.(job)
    this.jobs.set(id, job)
    this.tellJob(job)
    return publicJob(job)
  }

  tellJob(job: Job): void {
    this.emit({ type: 'job', job: publicJob(job) })
  }

  #work(job: Job & { finish?: () => void }, seconds: number): void {
    if (job.state !== 'running') return
    job.doneBytes = Math.min(job.totalBytes ?? 0, Math.round(job.doneBytes + job.bytesPerSecond * seconds))
    if (job.doneBytes >= (job.totalBytes ?? 0)) {
      Object.assign(job, { state: 'done', endedMs: this.nowMs(), bytesPerSecond: 0 })
      job.finish?.()
    }
    this.tellJob(job)
  }

  stats(): NodeStats {
    const torrents: Record<string, number> = {}
    const rates = { downloadBytesPerSecond: 0, uploadBytesPerSecond: 0 }
    let peers = 0
    for (const { row } of this.torrents.values()) {
      torrents[row.state] = (torrents[row.state] ?? 0) + 1
      rates.downloadBytesPerSecond += row.downloadBytesPerSecond
      rates.uploadBytesPerSecond += row.uploadBytesPerSecond
      peers += row.peers
    }
    const { limits } = this.settings
    const by = limits.alternative ? 'alternative' : 'settings'
    const open = Math.min(500, peers)
    return {
      atMs: this.nowMs(),
      ...rates,
      session: { ...roundAll(this.totals) },
      allTime: roundAll({
        downloadedBytes: (this.fresh ? 0 : 3.214e12) + this.totals.downloadedBytes,
        uploadedBytes: (this.fresh ? 0 : 7.903e12) + this.totals.uploadedBytes,
      }),
      torrents,
      connections: {
        tcp: Math.round(open * 0.52),
        utp: Math.round(open * 0.31),
        webrtc: Math.round(open * 0.14),
        webseed: Math.min(4, open),
      },
      dhtNodes: this.settings.network.dht ? 361 + Math.round(8 * Math.sin(this.nowMs() / 9000)) : null,
      disk: [
        { directory: '/home/ana/Downloads', freeBytes: 412e9, totalBytes: 1_000e9 },
        { directory: '/home/ana/Videos', freeBytes: 61e9, totalBytes: 2_000e9 },
      ],
      memoryBytes: 143e6,
      uptimeSeconds: Math.round((this.nowMs() - this.startedMs) / 1000),
      limits: {
        downloadBytesPerSecond: limits.alternative
          ? limits.alternativeDownloadBytesPerSecond
          : limits.downloadBytesPerSecond,
        uploadBytesPerSecond: limits.alternative
          ? limits.alternativeUploadBytesPerSecond
          : limits.uploadBytesPerSecond,
        by,
      },
      indexing: { waiting: 0, indexed: this.fresh ? 0 : 214 },
    }
  }
}

export function publicJob({ finish: _, ...job }: Job & { finish?: () => void }): Job {
  return { ...job }
}

const roundAll = (totals: { downloadedBytes: number; uploadedBytes: number }) => ({
  downloadedBytes: Math.round(totals.downloadedBytes),
  uploadedBytes: Math.round(totals.uploadedBytes),
})

const LABELS = [
  ['linux', '#c2410c'],
  ['films', '#7c3aed'],
  ['music', '#0f766e'],
  ['books', '#a16207'],
  ['data', '#2563eb'],
] as const

const STARTS: readonly (readonly [Torrent['state'], number])[] = [
  ['seeding', 1],
  ['downloading', 0.42],
  ['downloading', 0.07],
  ['seeding', 1],
  ['seeding', 1],
  ['downloading', 0.631],
  ['seeding', 1],
  ['complete', 1],
  ['paused', 0.18],
  ['downloading', 0.904],
  ['seeding', 1],
  ['queued', 0],
  ['seeding', 1],
  ['seeding', 1],
  ['checking', 0.35],
  ['seeding', 1],
  ['seeding', 1],
  ['error', 0.77],
  ['seeding', 1],
  ['seeding', 1],
  ['seeding', 1],
  ['queued', 0.02],
  ['seeding', 1],
  ['complete', 1],
]

function busyStart(random: Random): readonly [Torrent['state'], number] {
  const dice = random.next()
  if (dice < 0.22) return ['downloading', random.next() * 0.98]
  if (dice < 0.82) return ['seeding', 1]
  if (dice < 0.9) return ['complete', 1]
  if (dice < 0.96) return ['paused', random.next()]
  return dice < 0.985 ? ['queued', 0] : ['error', random.next()]
}
