/** What happens once a second: everybody who listens hears what has changed. */
import type { LogEntry } from '@shoal/api'
import { TorrentTopic } from '../torrents/torrent-topic.ts'
import type { NodeCore } from './node-core.ts'
import { nodeStats } from './node-stats.ts'

const TICK_MS = 1000
/** How often what a torrent did is written down: a different part of them in each tick, so that no tick is long. */
const ROWS_TICKS = 60
const QUEUE_TICKS = 30
/** Log entries told in one tick; the rest can be asked for. */
const MOST_LOGGED = 500

export class Pulse {
  readonly #core: NodeCore
  readonly #topics = new Map<string, TorrentTopic>()
  #timer: NodeJS.Timeout | null = null
  #ticks = 0
  #telling = false
  /** Entries that came since the last tick. */
  #logged: LogEntry[] = []
  readonly #stopLog: () => void

  constructor(core: NodeCore) {
    this.#core = core
    this.#stopLog = core.logEntries.subscribe(entry => {
      if (core.events.hasListeners('log') && this.#logged.length < MOST_LOGGED) this.#logged.push(entry)
    })
    core.watchTorrent = id => {
      const torrent = core.book.get(id)
      this.#topics.set(id, new TorrentTopic(torrent, core.countries))
      return () => this.#topics.delete(id)
    }
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick(), TICK_MS)
  }

  /** The last figures are made safe. */
  close(): void {
    if (this.#timer) clearInterval(this.#timer)
    this.#stopLog()
    this.#core.traffic.flush(Date.now())
  }

  #tick(): void {
    const { list, traffic, session, events, queue } = this.#core
    const nowMs = Date.now()
    this.#ticks++
    traffic.note(session.stats, nowMs)
    const changes = list.tick()
    if (changes) events.publish('torrents', changes)
    this.#noteRates(nowMs)
    this.#noteTimes()
    // A torrent that has been idle for long gives its place to the next.
    if (this.#ticks % QUEUE_TICKS === 0) void queue.apply()
    for (const [id, topic] of this.#topics) {
      const event = topic.tick()
      if (event) events.publish(`torrent:${id}`, event)
    }
    this.#tellLog()
    void this.#tellStats()
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
    const { list, book, rates } = this.#core
    for (const { id, peers, state } of list.views()) {
      if (peers === 0 && state !== 'downloading') continue
      const torrent = book.find(id)
      // Written to the catalogue only with the times: it changes all the time.
      if (torrent && rates.note(torrent, nowMs)) torrent.row = { ...torrent.row, activeMs: nowMs }
    }
  }

  #noteTimes(): void {
    const { list, book, catalogue } = this.#core
    const part = this.#ticks % ROWS_TICKS
    catalogue.transaction(() => {
      let at = 0
      for (const { id, state } of list.views()) {
        if (at++ % ROWS_TICKS !== part) continue
        const torrent = book.find(id)
        if (!torrent || (state !== 'downloading' && state !== 'seeding')) continue
        const name = state === 'downloading' ? 'downloadingSeconds' : 'seedingSeconds'
        book.change(torrent, { [name]: torrent.row[name] + ROWS_TICKS })
      }
    })
  }
}
