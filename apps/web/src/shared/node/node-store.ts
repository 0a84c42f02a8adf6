import type { CountedLabel, EventOf, Job, NodeApi, NodeEvent, NodeInfo, NodeStats, Torrent } from '@shoal/api'
import { Cell } from '../base/cell.ts'
import { assignColours } from '../format/colours.ts'
import { EventConnection } from './event-connection.ts'
import type { NodeLink } from './link.ts'
import { TorrentStore } from './torrent-store.ts'

/** `open`: somebody may look. `locked`: a login is needed. */
export type AccessState = 'unknown' | 'open' | 'locked'

const TOPICS = [
  'torrents',
  'stats',
  'jobs',
  'labels',
  'settings',
  'feeds',
  'publications',
  'people',
  'network',
  'hubs',
] as const
const PAGE = 1000
/** After the node could not answer though it is there. */
const RETRY_MS = 2000
/** Rates of the last ten minutes, a second each: what the dashboard shows of now. */
const RECENT = 600

/** The node as the console sees it: read once, kept up to date by events, kept as it was while the node is gone. */
export class NodeStore {
  readonly link: NodeLink
  readonly torrents = new TorrentStore()
  readonly access = new Cell<AccessState>('unknown')
  /** Whether the list was read at least once. */
  readonly loaded = new Cell(false)
  readonly info = new Cell<NodeInfo | null>(null)
  readonly stats = new Cell<NodeStats | null>(null)
  readonly recent = new Cell<readonly NodeStats[]>([])
  readonly jobs = new Cell<readonly Job[]>([])
  readonly labels = new Cell<readonly CountedLabel[]>([])
  /** Colours of labels, by name. */
  readonly labelColours = new Cell<ReadonlyMap<string, string>>(new Map())
  /** Count up when they must be asked for anew. */
  readonly versions = {
    settings: new Cell(0),
    feeds: new Cell(0),
    publications: new Cell(0),
    people: new Cell(0),
    network: new Cell(0),
    hubs: new Cell(0),
  }
  /** Counts up when events were lost: what topics told must be asked for anew, too. */
  readonly resyncs = new Cell(0)
  readonly events: EventConnection
  readonly #listeners = new Map<string, Set<(event: NodeEvent) => void>>()
  /** Events that came while the list was being read. */
  #pending: EventOf<'torrents'>[] | null = null
  #readAgain = false
  #retry: ReturnType<typeof setTimeout> | undefined
  #startedMs = 0

  constructor(link: NodeLink) {
    this.link = link
    this.events = new EventConnection({
      link,
      topics: TOPICS,
      onEvent: event => this.#received(event),
      mayRetry: () => this.#stillLoggedIn(),
    })
  }

  get api(): NodeApi {
    return this.link.api
  }

  /** Looks whether the node lets us in, and listens to it. */
  async start(): Promise<void> {
    if (await this.#stillLoggedIn().catch(() => true)) this.events.open()
  }

  close(): void {
    clearTimeout(this.#retry)
    this.events.close()
  }

  /** Events of a topic that only some pages need, such as `torrent:ID` or `log`. */
  listen(topic: string, listener: (event: NodeEvent) => void): () => void {
    const release = this.events.want(topic)
    const listeners = this.#listeners.get(topic) ?? new Set()
    this.#listeners.set(topic, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#listeners.delete(topic)
      release()
    }
  }

  async #stillLoggedIn(): Promise<boolean> {
    const open = await this.api.getAccess({}).then(
      ({ by }) => by !== 'none',
      (error: { code?: string }) => {
        if (error.code === 'unauthorized') return false
        throw error
      },
    )
    this.access.set(open ? 'open' : 'locked')
    return open
  }

  #received(event: NodeEvent): void {
    switch (event.type) {
      case 'hello':
        return this.#greeted(event)
      case 'resync':
        return this.#lost()
      case 'torrents':
        return this.#torrentsChanged(event)
      case 'stats':
        return this.#statsCame(event.stats)
      case 'job':
        return this.#jobChanged(event.job)
      case 'labels':
        return this.#labelsCame(event.labels)
      case 'settings':
      case 'feeds':
      case 'publications':
      case 'people':
      case 'network':
      case 'hubs':
        return countUp(this.versions[event.type])
      case 'torrent':
        return this.#tell(`torrent:${event.id}`, event)
      case 'chat':
      case 'chat-message':
      case 'chat-presence':
      case 'chat-transfer':
        return this.#tell('chat', event)
      case 'log':
        return this.#tell('log', event)
    }
  }

  #lost(): void {
    countUp(this.resyncs)
    for (const version of Object.values(this.versions)) countUp(version)
    void this.#readAll()
  }

  #tell(topic: string, event: NodeEvent): void {
    for (const listener of [...(this.#listeners.get(topic) ?? [])]) listener(event)
  }

  #greeted({ revision, startedMs }: EventOf<'hello'>): void {
    const same = startedMs === this.#startedMs && revision === this.torrents.revision
    this.#startedMs = startedMs
    if (!same) void this.#readAll()
  }

  #torrentsChanged(event: EventOf<'torrents'>): void {
    if (this.#pending) this.#pending.push(event)
    else if (!this.torrents.apply(event)) void this.#readAll()
  }

  #statsCame(stats: NodeStats): void {
    this.stats.set(stats)
    this.recent.set([...this.recent.get().slice(1 - RECENT), stats])
  }

  #labelsCame(labels: readonly CountedLabel[]): void {
    this.labelColours.set(assignColours(labels))
    this.labels.set(labels)
  }

  /** Stops a work; one that has ended is forgotten, here and by the node, which tells nobody of that. Rejects as the call does. */
  async cancelJob(job: Job): Promise<void> {
    await this.api.cancelJob({ id: job.id })
    if (job.endedMs !== null) this.jobs.set(this.jobs.get().filter(({ id }) => id !== job.id))
  }

  #jobChanged(job: Job): void {
    const rest = this.jobs.get().filter(({ id }) => id !== job.id)
    this.jobs.set([job, ...rest].sort((a, b) => b.startedMs - a.startedMs))
  }

  /** Reads all anew. Events that come meanwhile are applied after; a failure ends with the channel's next hello. */
  async #readAll(): Promise<void> {
    if (this.#pending) {
      this.#readAgain = true
      return
    }
    this.#pending = []
    try {
      await Promise.all([this.#readTorrents(), this.#readRest()])
      this.loaded.set(true)
    } catch {
      // Where the node itself is gone, its channel says so, and reads again when it is back.
      this.#retry = setTimeout(() => this.#online() && void this.#readAll(), RETRY_MS)
    } finally {
      this.#pending = null
    }
    if (!this.#readAgain) return
    this.#readAgain = false
    await this.#readAll()
  }

  #online(): boolean {
    return this.events.state.get() === 'online'
  }

  async #readTorrents(): Promise<void> {
    const torrents: Torrent[] = []
    let cursor: string | null = null
    let revision = Number.POSITIVE_INFINITY
    do {
      const page: Awaited<ReturnType<NodeApi['listTorrents']>> = await this.api.listTorrents({
        limit: PAGE,
        ...(cursor === null ? {} : { cursor }),
      })
      torrents.push(...page.items)
      revision = Math.min(revision, page.revision)
      cursor = page.next
    } while (cursor !== null)
    this.torrents.replace(torrents, revision)
    for (const event of this.#pending ?? []) if (!this.torrents.apply(event)) this.#readAgain = true
  }

  async #readRest(): Promise<void> {
    const [info, stats, jobs, labels] = await Promise.all([
      this.api.getNode({}),
      this.api.getStats({}),
      this.api.listJobs({}),
      this.api.listLabels({}),
    ])
    this.info.set(info)
    this.#statsCame(stats)
    this.jobs.set(jobs.items)
    this.#labelsCame(labels.items)
  }
}

function countUp(count: Cell<number>): void {
  count.set(count.get() + 1)
}
