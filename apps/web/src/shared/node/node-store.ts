import type { CountedLabel, EventOf, Job, NodeApi, NodeEvent, NodeInfo, NodeStats } from '@shoal/api'
import { isOutdated, topicsOf } from '@shoal/api/event-topics'
import { Cell } from '../base/cell.ts'
import { Coalesced } from '../base/coalesced.ts'
import { assignColours } from '../format/colours.ts'
import { EventConnection } from './event-connection.ts'
import type { NodeLink } from './link.ts'
import { ListReader } from './list-reader.ts'
import { TorrentStore } from './torrent-store.ts'

/** `open`: the node accepts requests. `locked`: a login is required. */
export type AccessState = 'unknown' | 'open' | 'locked'

/** Delay after the node failed to answer although it is connected. */
const RETRY_MS = 2000
/** Rates of the last ten minutes, one per second, for the dashboard. */
const RECENT = 600

type Keepers = { readonly [Type in NodeEvent['type']]?: (event: EventOf<Type>) => void }

/**
 * Caches the part of the node's state that all screens show: it is read once, kept up to date by
 * events, and kept unchanged while the node is unreachable. Screens request everything else with
 * `useAsked`, which repeats a request when an event invalidates the answer.
 */
export class NodeStore {
  readonly link: NodeLink
  readonly torrents = new TorrentStore()
  readonly access = new Cell<AccessState>('unknown')
  /** Whether the list has been read at least once. */
  readonly loaded = new Cell(false)
  readonly info = new Cell<NodeInfo | null>(null)
  readonly stats = new Cell<NodeStats | null>(null)
  readonly recent = new Cell<readonly NodeStats[]>([])
  readonly jobs = new Cell<readonly Job[]>([])
  readonly labels = new Cell<readonly CountedLabel[]>([])
  /** Colours of labels, by name. */
  readonly labelColours = new Cell<ReadonlyMap<string, string>>(new Map())
  readonly events: EventConnection
  readonly #list: ListReader
  readonly #reading = new Coalesced(() => this.#readAll())
  /** Handlers of the events whose data the store keeps. */
  readonly #keepers: Keepers = {
    hello: event => this.#greeted(event),
    resync: () => this.#reading.run(),
    torrents: event => this.#list.apply(event) || this.#reading.run(),
    stats: ({ stats }) => this.#statsCame(stats),
    job: ({ job }) => this.#jobChanged(job),
    labels: ({ labels }) => this.#labelsCame(labels),
  }
  #retry: ReturnType<typeof setTimeout> | undefined
  #startedMs = 0

  constructor(link: NodeLink) {
    this.link = link
    this.#list = new ListReader(link.api, this.torrents)
    this.events = new EventConnection({
      link,
      topics: topicsOf(Object.keys(this.#keepers) as NodeEvent['type'][]),
      onEvent: event => this.#received(event),
      mayRetry: () => this.#stillLoggedIn(),
    })
  }

  get api(): NodeApi {
    return this.link.api
  }

  /** Checks whether the node requires a login, and subscribes to its events. */
  async start(): Promise<void> {
    if (await this.#stillLoggedIn().catch(() => true)) this.events.open()
  }

  close(): void {
    clearTimeout(this.#retry)
    this.events.close()
  }

  /**
   * Cancels a job. A finished job is removed from the list, since the node does not publish an
   * event for that. Rejects as the call does.
   */
  async cancelJob(job: Job): Promise<void> {
    await this.api.cancelJob({ id: job.id })
    if (job.endedMs !== null) this.jobs.set(this.jobs.get().filter(({ id }) => id !== job.id))
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
    const keep = this.#keepers[event.type] as ((event: NodeEvent) => void) | undefined
    keep?.(event)
    if (isOutdated('getNode', {}, event)) void this.#readInfo().catch(() => {})
  }

  #greeted({ revision, startedMs }: EventOf<'hello'>): void {
    const same = startedMs === this.#startedMs && revision === this.torrents.revision
    this.#startedMs = startedMs
    if (!same) this.#reading.run()
  }

  #statsCame(stats: NodeStats): void {
    this.stats.set(stats)
    this.recent.set([...this.recent.get().slice(1 - RECENT), stats])
  }

  #labelsCame(labels: readonly CountedLabel[]): void {
    this.labelColours.set(assignColours(labels))
    this.labels.set(labels)
  }

  #jobChanged(job: Job): void {
    const rest = this.jobs.get().filter(({ id }) => id !== job.id)
    this.jobs.set([job, ...rest].sort((a, b) => b.startedMs - a.startedMs))
  }

  /**
   * Reads everything again. If the node does not answer, this is repeated with its next `hello`, or
   * after a delay while it is connected.
   */
  async #readAll(): Promise<void> {
    try {
      const [isWhole] = await Promise.all([this.#list.read(), this.#readRest()])
      this.loaded.set(true)
      if (!isWhole) this.#reading.run()
    } catch {
      clearTimeout(this.#retry)
      this.#retry = setTimeout(() => this.events.state.get() === 'online' && this.#reading.run(), RETRY_MS)
    }
  }

  async #readRest(): Promise<void> {
    const [stats, jobs, labels] = await Promise.all([
      this.api.getStats({}),
      this.api.listJobs({}),
      this.api.listLabels({}),
      this.#readInfo(),
    ])
    this.#statsCame(stats)
    this.jobs.set(jobs.items)
    this.#labelsCame(labels.items)
  }

  async #readInfo(): Promise<void> {
    this.info.set(await this.api.getNode({}))
  }
}
