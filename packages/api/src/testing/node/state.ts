import type { NodeEvent } from '../../events.ts'
import type { FindableTorrent } from '../../schemas/findable.ts'
import type { Job } from '../../schemas/job.ts'
import type { CountedLabel, Label } from '../../schemas/label.ts'
import type { LogEntry, NodeStats } from '../../schemas/node.ts'
import type { BlockedPublisher } from '../../schemas/people.ts'
import type { Followed, Publication } from '../../schemas/publication.ts'
import type { Torrent } from '../../schemas/torrent.ts'
import type { Upload } from '../../schemas/upload.ts'
import { DEFAULT_SETTINGS, type Settings } from '../../settings.ts'
import type { Clock } from './clock.ts'
import { type Minutes, pastHour } from './history.ts'
import { Random, seedOf } from './random.ts'
import { sampleLinks } from './sample-links.ts'
import { SimulatedTorrent } from './simulated-torrent.ts'
import { type Says, saidBy, titleNumber } from './titles.ts'

/**
 * `calm`: some torrents transfer, others wait. `busy`: nearly all of them transfer. `fresh`: the
 * node has transferred nothing yet. `empty`: there are no torrents.
 */
export type Traffic = 'calm' | 'busy' | 'fresh' | 'empty'

export interface StateOptions {
  readonly torrents: number
  readonly traffic: Traffic
  readonly clock: Clock
  readonly says: Says
}

export interface SimulatedUpload extends Pick<Upload, 'id' | 'name' | 'startedMs'> {
  files: { path: string; lengthBytes: number }[]
}

export interface SimulatedJob {
  readonly job: Job
  finish(): void
}

const DAY_MS = 86_400_000
const LOG_KEPT = 500

/**
 * The state of the simulated node, and the events of its changes. The contracts' operations and the
 * animation change it.
 */
export class SimulatedState {
  readonly torrents = new Map<string, SimulatedTorrent>()
  readonly removed = new Map<string, SimulatedTorrent>()
  readonly labels = new Map<string, Label>()
  readonly jobs = new Map<string, SimulatedJob>()
  readonly uploads = new Map<string, SimulatedUpload>()
  readonly publications = new Map<string, Publication>()
  readonly followed = new Map<string, Followed>()
  readonly findable = new Map<string, FindableTorrent>()
  readonly blocked = new Map<string, BlockedPublisher>()
  /** DIDs of persons whose keys the user has compared. */
  readonly verified = new Set<string>()
  readonly log: LogEntry[] = []
  readonly startedMs: number
  readonly clock: Clock
  readonly says: Says
  /** Whether it has transferred nothing before. */
  readonly isFresh: boolean
  readonly isEmpty: boolean
  settings: Settings = {
    ...structuredClone(DEFAULT_SETTINGS),
    downloads: { ...DEFAULT_SETTINGS.downloads, directory: '/home/ana/Downloads' },
  }
  isLocked = false
  /** Without one, its token is required. */
  hasPassword = true
  /** User name of the generated console password. */
  passwordName: string | null = null
  /** Set while others are let in. */
  opened: { readonly username: string; readonly address: string } | null = null
  isStopped = false
  revision = 1
  lacksBytes: number | null = null
  totals = { downloadedBytes: 0, uploadedBytes: 0 }
  /** Transfers of the last hour and since the start. */
  readonly minutes: Minutes
  #lastId = 0
  #toldLabels = ''
  #later: { seconds: number; readonly run: () => void }[] = []
  readonly #listeners = new Set<(event: NodeEvent) => void>()
  readonly #sent = new Map<string, Torrent>()
  readonly #dirty = new Set<string>()
  readonly #changes = new Map<string, Partial<Torrent> & { id: string }>()
  readonly #gone = new Set<string>()

  constructor({ torrents, traffic, clock, says }: StateOptions) {
    this.clock = clock
    this.says = says
    this.isEmpty = traffic === 'empty'
    const { isEmpty } = this
    this.isFresh = traffic === 'fresh' || isEmpty
    const nowMs = clock.nowMs()
    this.startedMs = nowMs - (this.isFresh ? 0 : 3 * DAY_MS)
    for (const [name, colour] of isEmpty ? [] : LABELS)
      this.labels.set(name, { name, colour, directory: name === 'films' ? '/home/ana/Videos' : null })
    for (let index = 0; index < torrents; index++) this.#addTitle(index, traffic === 'busy')
    this.#shareFile('/README.md')
    const links = sampleLinks(isEmpty ? [] : [...this.torrents.keys()], nowMs)
    if (!isEmpty) for (const each of links.followed) this.followed.set(each.id, each)
    for (const each of links.own) this.publications.set(each.id, each)
    this.minutes = this.isFresh ? new Map() : pastHour(this.stats(), nowMs, 'node')
    if (!isEmpty) this.note('info', 'The node has started')
    this.queue()
    for (const { row } of this.torrents.values()) this.#sent.set(row.id, { ...row, tags: [...row.tags] })
    this.#toldLabels = JSON.stringify(this.countedLabels())
  }

  #addTitle(index: number, busy: boolean): void {
    const title = titleNumber(index)
    const random = new Random(seedOf(`start ${index}`))
    const [state, progress, reason] = busy
      ? busyStart(random)
      : (STARTS[index % STARTS.length] ?? ['seeding', 1])
    const id = new Random(seedOf(title.name)).hex(40)
    const addedMs = this.clock.nowMs() - Math.round(random.between(0.01, 60) * DAY_MS)
    this.torrents.set(
      id,
      new SimulatedTorrent(saidBy(title, this.says), {
        id,
        state,
        progress,
        addedMs,
        reason: reason ?? null,
      }),
    )
    this.torrents.get(id)!.refresh(addedMs)
  }

  /**
   * Gives the first two torrents with such a file the same one: the second copied it from the
   * first.
   */
  #shareFile(ending: string): void {
    const found = [...this.torrents.values()].flatMap(torrent => {
      const index = torrent.files.findIndex(({ path }) => path.endsWith(ending))
      return index < 0 ? [] : [{ torrent, index, file: torrent.files[index]! }]
    })
    const [first, second] = found
    if (!first || !second) return
    const copy = ({ torrent: { row }, file }: typeof first, takenBytes: number) => [
      { id: row.id, name: row.name, path: file.path, takenBytes },
    ]
    first.torrent.copies.set(first.index, copy(second, 0))
    second.torrent.copies.set(second.index, copy(first, second.file.lengthBytes))
  }

  on(listener: (event: NodeEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  emit(event: NodeEvent): void {
    for (const listener of [...this.#listeners]) listener(event)
  }

  note(level: LogEntry['level'], message: string, torrent: string | null = null): void {
    const entry = { id: (this.log.at(-1)?.id ?? 0) + 1, atMs: this.clock.nowMs(), level, torrent, message }
    this.log.push(entry)
    if (this.log.length > LOG_KEPT) this.log.shift()
    this.emit({ type: 'log', entries: [entry] })
  }

  /** Marks rows as changed. The next flush publishes them. */
  touch(...ids: string[]): void {
    for (const id of ids) this.#dirty.add(id)
  }

  add(torrent: SimulatedTorrent): void {
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

  /** Numbers unfinished torrents by their order in the queue. */
  queue(order?: SimulatedTorrent[]): void {
    const waiting = order ?? this.queued()
    for (const [at, { row }] of waiting.entries()) {
      if (row.queuePosition === at + 1) continue
      row.queuePosition = at + 1
      this.touch(row.id)
    }
  }

  queued(): SimulatedTorrent[] {
    const unfinished = [...this.torrents.values()].filter(({ row }) => row.completedMs === null)
    return unfinished.sort((a, b) => (a.row.queuePosition ?? 1e9) - (b.row.queuePosition ?? 1e9))
  }

  /** Records the changes of the marked rows. `flush` sends them. */
  collect(): void {
    for (const id of this.#dirty) {
      const delta = this.#delta(id)
      if (delta) this.#changes.set(id, { ...this.#changes.get(id), ...delta })
    }
    this.#dirty.clear()
  }

  flush(): void {
    this.collect()
    const changed = [...this.#changes.values()]
    const removed = [...this.#gone]
    this.#changes.clear()
    this.#gone.clear()
    if (changed.length === 0 && removed.length === 0) return
    this.revision++
    this.emit({ type: 'torrents', revision: this.revision, changed, removed })
    this.tellLabels()
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

  /** Sends the labels if they or their counts changed. */
  tellLabels(): void {
    const labels = this.countedLabels()
    const text = JSON.stringify(labels)
    if (text === this.#toldLabels) return
    this.#toldLabels = text
    this.emit({ type: 'labels', labels })
  }

  countedLabels(): CountedLabel[] {
    const counts = new Map<string, number>()
    for (const { row } of this.torrents.values())
      if (row.label !== null) counts.set(row.label, (counts.get(row.label) ?? 0) + 1)
    for (const name of counts.keys())
      if (!this.labels.has(name)) this.labels.set(name, { name, directory: null, colour: null })
    return [...this.labels.values()].map(label => ({ ...label, torrents: counts.get(label.name) ?? 0 }))
  }

  /** Calls `run` after this many seconds of the simulation. */
  after(seconds: number, run: () => void): void {
    this.#later.push({ seconds, run })
  }

  /** Advances the timers by some seconds. */
  passLater(seconds: number): void {
    for (const each of this.#later) each.seconds -= seconds
    const due = this.#later.filter(each => each.seconds <= 0)
    this.#later = this.#later.filter(each => each.seconds > 0)
    for (const { run } of due) run()
  }

  nextId(kind: string): string {
    return `${kind}-${++this.#lastId}`
  }

  /**
   * Starts a job that transfers `totalBytes` at a rate. `finish` is called at its end and can
   * change the job.
   */
  startJob(
    {
      kind,
      name,
      totalBytes,
      bytesPerSecond,
    }: Pick<Job, 'kind' | 'name' | 'bytesPerSecond'> & {
      totalBytes: number
    },
    finish: (job: Job) => void = () => {},
  ): Job {
    const job: Job = {
      id: this.nextId('job'),
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
      startedMs: this.clock.nowMs(),
      endedMs: null,
    }
    this.jobs.set(job.id, { job, finish: () => finish(job) })
    this.tellJob(job)
    return { ...job }
  }

  tellJob(job: Job): void {
    this.emit({ type: 'job', job: { ...job } })
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
      atMs: this.clock.nowMs(),
      ...rates,
      session: { ...roundAll(this.totals) },
      allTime: roundAll({
        downloadedBytes: (this.isFresh ? 0 : 3.214e12) + this.totals.downloadedBytes,
        uploadedBytes: (this.isFresh ? 0 : 7.903e12) + this.totals.uploadedBytes,
      }),
      torrents,
      connections: {
        tcp: Math.round(open * 0.52),
        utp: Math.round(open * 0.31),
        webrtc: Math.round(open * 0.14),
        webseed: Math.min(4, open),
      },
      dhtNodes: this.settings.network.dht ? 361 + Math.round(8 * Math.sin(this.clock.nowMs() / 9000)) : null,
      disk: [
        { directory: '/home/ana/Downloads', freeBytes: 412e9, totalBytes: 1_000e9 },
        { directory: '/home/ana/Videos', freeBytes: 61e9, totalBytes: 2_000e9 },
      ],
      lacksBytes: this.lacksBytes,
      memoryBytes: 143e6,
      uptimeSeconds: Math.round((this.clock.nowMs() - this.startedMs) / 1000),
      limits: {
        downloadBytesPerSecond: limits.alternative
          ? limits.alternativeDownloadBytesPerSecond
          : limits.downloadBytesPerSecond,
        uploadBytesPerSecond: limits.alternative
          ? limits.alternativeUploadBytesPerSecond
          : limits.uploadBytesPerSecond,
        by,
      },
      indexing: { waiting: 0, indexed: this.isFresh ? 0 : 214 },
    }
  }
}

const roundAll = (totals: { downloadedBytes: number; uploadedBytes: number }) => ({
  downloadedBytes: Math.round(totals.downloadedBytes),
  uploadedBytes: Math.round(totals.uploadedBytes),
})

const LABELS = [
  ['linux', '#ea580c'],
  ['films', '#7c3aed'],
  ['music', '#0f766e'],
  ['books', '#a16207'],
  ['data', '#2563eb'],
] as const

const STARTS: readonly (readonly [Torrent['state'], number, Torrent['reason']?])[] = [
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
  ['downloading', 0.31, 'no-peers'],
  ['downloading', 0, 'tracker-error'],
  ['downloading', 0.55, 'stalled'],
]

function busyStart(random: Random): readonly [Torrent['state'], number] {
  const dice = random.next()
  if (dice < 0.22) return ['downloading', random.next() * 0.98]
  if (dice < 0.82) return ['seeding', 1]
  if (dice < 0.9) return ['complete', 1]
  if (dice < 0.96) return ['paused', random.next()]
  return dice < 0.985 ? ['queued', 0] : ['error', random.next()]
}
