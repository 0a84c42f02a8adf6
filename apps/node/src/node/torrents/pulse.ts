/** What happens once a second: everybody who listens hears what has changed. */
import type { LogEntry } from '@shoal/api'
import { describeFailure } from '../../base/failure.ts'
import type { NodeCore } from '../legacy/node-core.ts'
import { nodeStats } from '../system/node-stats.ts'
import type { ManagedTorrent } from './managed-torrent.ts'
import { TorrentTopic } from './torrent-topic.ts'

const TICK_MS = 1000
/** How often what a torrent did is written down: a different part of them in each tick, so that no tick is long. */
const ROWS_TICKS = 60
const QUEUE_TICKS = 30
/** How often it is written down who gives what torrents download. */
const PEERS_TICKS = 3
/** Log entries told in one tick; the rest can be asked for. */
const MOST_LOGGED = 500

export class Pulse {
  readonly #core: NodeCore
  /** By the id that is watched: a hybrid torrent has two. */
  readonly #topics = new Map<string, { torrent: ManagedTorrent; topic: TorrentTopic }>()
  #timer: NodeJS.Timeout | null = null
  #ticks = 0
  #telling = false
  /** Torrents that have moved something since it was last written down by whom. */
  readonly #moving = new Set<ManagedTorrent>()
  /** Entries that came since the last tick. */
  #logged: LogEntry[] = []
  readonly #stopLog: () => void

  constructor(core: NodeCore) {
    this.#core = core
    this.#stopLog = core.logEntries.subscribe(entry => {
      if (core.events.hasListeners('log') && this.#logged.length < MOST_LOGGED) this.#logged.push(entry)
    })
    core.watchTorrent = id => {
      this.#watch(id, core.registry.get(id))
      return () => this.#topics.delete(id)
    }
  }

  #watch(id: string, torrent: ManagedTorrent): TorrentTopic {
    const topic = new TorrentTopic(torrent, this.#core.countries)
    this.#topics.set(id, { torrent, topic })
    return topic
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick(), TICK_MS)
  }

  /** The last figures are made safe. */
  close(): void {
    if (this.#timer) clearInterval(this.#timer)
    this.#stopLog()
    const { registry, goodPeers } = this.#core
    this.#part('peers', () => {
      for (const torrent of registry.listed()) goodPeers.note(torrent)
    })
    this.#core.traffic.flush(Date.now())
  }

  #tick(): void {
    const { list, traffic, session, events, queue, labels } = this.#core
    const nowMs = Date.now()
    this.#ticks++
    this.#part('the history', () => traffic.note(session.stats, nowMs))
    this.#part('the list', () => {
      const changes = list.tick()
      if (changes) {
        events.publish('torrents', changes)
        const isRelabelled = changes.changed.some(change => 'label' in change)
        if (isRelabelled || changes.removed.length > 0) labels.tell()
      }
    })
    this.#part('rates', () => this.#noteRates(nowMs))
    this.#part('peers', () => this.#notePeers())
    this.#part('times', () => this.#noteTimes())
    // A torrent that has been idle for long gives its place to the next.
    if (this.#ticks % QUEUE_TICKS === 0) void queue.apply()
    for (const id of [...this.#topics.keys()]) this.#part('a torrent', () => this.#tellTorrent(id))
    this.#part('the log', () => this.#tellLog())
    void this.#tellStats().catch(() => {})
  }

  /** One part that fails (a full disk, say) does not keep the others from their work; it is told once, and tried again in each tick. */
  #part(name: string, work: () => void): void {
    const { problems, log } = this.#core
    const key = `tick ${name}`
    try {
      work()
      problems.delete(key)
    } catch (error) {
      const message = `${name} cannot be kept up to date: ${describeFailure(error).message}`
      if (problems.get(key) !== message) log.error(message)
      problems.set(key, message)
    }
  }

  /** One that was removed says nothing; when it is back, or was added again, it goes on. */
  #tellTorrent(id: string): void {
    const torrent = this.#core.registry.find(id)
    if (!torrent || torrent.row.removedMs !== null) return
    const watched = this.#topics.get(id)
    const topic = watched?.torrent === torrent ? watched.topic : this.#watch(id, torrent)
    const event = topic.tick()
    if (event) this.#core.events.publish(`torrent:${id}`, event)
  }

  #tellLog(): void {
    if (this.#logged.length === 0) return
    const entries = this.#logged
    this.#logged = []
    this.#core.events.publish('log', { type: 'log', entries })
  }

  async #tellStats(): Promise<void> {
    const { events } = this.#core
    if (this.#telling || !events.hasListeners('stats')) return
    this.#telling = true
    try {
      events.publish('stats', { type: 'stats', stats: await nodeStats(this.#core) })
    } finally {
      this.#telling = false
    }
  }

  #noteRates(nowMs: number): void {
    const { list, registry, rates } = this.#core
    for (const view of list.views()) {
      const torrent = registry.find(view.id)
      // Written to the catalogue only with the times: it changes all the time.
      if (!torrent || !rates.note(torrent, view, nowMs)) continue
      torrent.row = { ...torrent.row, activeMs: nowMs }
      this.#moving.add(torrent)
    }
  }

  /** Who gives something is known after the node was killed, too. */
  #notePeers(): void {
    if (this.#ticks % PEERS_TICKS !== 0) return
    for (const torrent of this.#moving) this.#core.goodPeers.note(torrent)
    this.#moving.clear()
  }

  #noteTimes(): void {
    const { list, registry, catalogue } = this.#core
    const part = this.#ticks % ROWS_TICKS
    catalogue.transaction(() => {
      let at = 0
      for (const { id, state } of list.views()) {
        if (at++ % ROWS_TICKS !== part) continue
        const torrent = registry.find(id)
        if (!torrent || (state !== 'downloading' && state !== 'seeding')) continue
        const name = state === 'downloading' ? 'downloadingSeconds' : 'seedingSeconds'
        registry.change(torrent, { [name]: torrent.row[name] + ROWS_TICKS })
      }
    })
  }
}
