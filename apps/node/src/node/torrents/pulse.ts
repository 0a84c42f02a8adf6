/** Publishes changes of torrents once a second, and saves their traffic. */

import type { Changes } from './list/torrent-list.ts'
import { TorrentTopic } from './list/torrent-topic.ts'
import type { ManagedTorrent } from './records/managed-torrent.ts'
import type { TorrentManager } from './torrent-manager.ts'

/**
 * Interval of saving the traffic of a torrent: a different part of them in each tick, so that no
 * tick takes long.
 */
const ROWS_TICKS = 60
const QUEUE_TICKS = 30
/** Interval of saving good peers. */
const PEERS_TICKS = 3

export class Pulse {
  readonly #manager: TorrentManager
  /** By the subscribed id: a hybrid torrent has two. */
  readonly #topics = new Map<string, { torrent: ManagedTorrent; topic: TorrentTopic }>()
  /** Torrents with traffic since their peers were last saved. */
  readonly #moving = new Set<ManagedTorrent>()
  readonly #stops: (() => void)[] = []
  #ticks = 0

  constructor(manager: TorrentManager) {
    this.#manager = manager
    manager.kernel.events.addFamily('torrent', /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, id => {
      this.#watch(id, manager.registry.get(id))
      return () => this.#topics.delete(id)
    })
  }

  start(): void {
    const { traffic, session, queue, kernel } = this.#manager
    const every = (part: string, work: (nowMs: number) => void) =>
      this.#stops.push(kernel.ticker.every(part, work))
    every('the history', nowMs => {
      this.#ticks++
      traffic.note(session.transferred, nowMs)
    })
    every('the list', nowMs => this.#tellList(nowMs))
    every('peers', () => this.#notePeers())
    every('times', () => this.#noteTimes())
    every('the queue', () => {
      // A torrent that has been idle for long gives its slot to the next.
      if (this.#ticks % QUEUE_TICKS === 0) void queue.apply()
    })
    every('watched torrents', () => {
      for (const id of [...this.#topics.keys()])
        kernel.problems.guard('a torrent', () => this.#tellTorrent(id))
    })
  }

  /** Saves the last figures. */
  close(): void {
    for (const stop of this.#stops) stop()
    const { registry, peers, kernel, traffic } = this.#manager
    kernel.problems.guard('peers', () => {
      for (const torrent of registry.listed()) peers.good.note(torrent)
    })
    traffic.flush(Date.now())
  }

  #watch(id: string, torrent: ManagedTorrent): TorrentTopic {
    const topic = new TorrentTopic(torrent, this.#manager.peers.facts)
    this.#topics.set(id, { torrent, topic })
    return topic
  }

  #tellList(nowMs: number): void {
    const { list, labels, kernel } = this.#manager
    const changes = list.tick()
    if (!changes) return
    this.#noteRates(changes.changed, nowMs)
    kernel.events.publish('torrents', changes)
    const isRelabelled = changes.changed.some(change => 'label' in change)
    if (isRelabelled || changes.removed.length > 0) labels.tell()
  }

  /** A removed torrent publishes nothing until it is restored or added again. */
  #tellTorrent(id: string): void {
    const torrent = this.#manager.registry.find(id)
    if (!torrent || torrent.row.removedMs !== null) return
    const watched = this.#topics.get(id)
    const topic = watched?.torrent === torrent ? watched.topic : this.#watch(id, torrent)
    const event = topic.tick()
    if (event) this.#manager.kernel.events.publish(`torrent:${id}`, event)
  }

  #noteRates(changes: Changes['changed'], nowMs: number): void {
    const { registry, rates } = this.#manager
    for (const { id, downloadedBytes, uploadedBytes } of changes) {
      if (downloadedBytes === undefined && uploadedBytes === undefined) continue
      const torrent = registry.find(id)
      const moved = {
        ...(downloadedBytes !== undefined && { downloadedBytes }),
        ...(uploadedBytes !== undefined && { uploadedBytes }),
      }
      // Saved only together with the times, since it changes all the time.
      if (!torrent || !rates.note(torrent, moved, nowMs)) continue
      torrent.row = { ...torrent.row, activeMs: nowMs }
      this.#moving.add(torrent)
    }
  }

  /** Saves the uploading peers, so that they are known even after the node was killed. */
  #notePeers(): void {
    if (this.#ticks % PEERS_TICKS !== 0) return
    for (const torrent of this.#moving) this.#manager.peers.good.note(torrent)
    this.#moving.clear()
  }

  #noteTimes(): void {
    const { list, registry } = this.#manager
    const part = this.#ticks % ROWS_TICKS
    const torrents: ManagedTorrent[] = []
    let at = 0
    for (const { id, state } of list.views()) {
      if (at++ % ROWS_TICKS !== part) continue
      const torrent = registry.find(id)
      if (!torrent || (state !== 'downloading' && state !== 'seeding')) continue
      torrent.observe(Date.now())
      torrents.push(torrent)
    }
    registry.saveTimes(torrents)
  }
}
