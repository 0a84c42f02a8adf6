import type { EventOf, Torrent } from '@shoal/api'

export type TorrentKey = keyof Torrent

/** Changes since the last notification of list listeners. */
export interface ListChange {
  /** Whether torrents were added or removed. */
  readonly membership: boolean
  /** Members that changed in any torrent. */
  readonly keys: ReadonlySet<TorrentKey>
}

/** The changed members of a torrent, as in the event. */
export type TorrentChange = EventOf<'torrents'>['changed'][number]

type ListListener = (change: ListChange) => void
/** Schedules a call before the next frame, for all changes until then. */
export type Schedule = (run: () => void) => void

/** Rows updated per frame. Redrawing all visible rows would exceed a frame while scrolling. */
const ROWS_PER_FRAME = 5

/**
 * All torrents of the node. The cost of an event depends only on its size: rows subscribe to their
 * own torrent, and listeners are notified once per frame; many rows are spread over the following
 * frames.
 */
export class TorrentStore {
  readonly #torrents = new Map<string, Torrent>()
  readonly #rows = new Map<string, Set<() => void>>()
  readonly #lists = new Set<ListListener>()
  readonly #schedule: Schedule
  readonly #touched = new Set<string>()
  #keys = new Set<TorrentKey>()
  #membership = false
  #scheduled = false
  /** Revision of the node's list: events up to it are included. */
  revision = -1

  constructor(schedule: Schedule = beforeNextFrame) {
    this.#schedule = schedule
  }

  get size(): number {
    return this.#torrents.size
  }

  get(id: string): Torrent | undefined {
    return this.#torrents.get(id)
  }

  values(): IterableIterator<Torrent> {
    return this.#torrents.values()
  }

  /** Replaces all torrents with a complete list from the node. */
  replace(torrents: Iterable<Torrent>, revision: number): void {
    const gone = new Set(this.#torrents.keys())
    for (const torrent of torrents) {
      gone.delete(torrent.id)
      this.#put(torrent)
    }
    for (const id of gone) this.#remove(id)
    this.revision = revision
    this.#plan()
  }

  /** Applies an event. Returns false if it does not fit the list, which must then be read again. */
  apply({ revision, changed, removed }: EventOf<'torrents'>): boolean {
    if (revision <= this.revision) return true
    let whole = true
    for (const change of changed) whole = this.#put(change) && whole
    for (const id of removed) this.#remove(id)
    this.revision = revision
    this.#plan()
    return whole
  }

  /** Shows an expected change before the node reports it. The node's report overrides it. */
  assume(id: string, change: Partial<Torrent>): void {
    if (this.#torrents.has(id)) this.#put({ ...change, id })
    this.#plan()
  }

  onRow(id: string, listener: () => void): () => void {
    const listeners = this.#rows.get(id) ?? new Set()
    this.#rows.set(id, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0 && this.#rows.get(id) === listeners) this.#rows.delete(id)
    }
  }

  onList(listener: ListListener): () => void {
    this.#lists.add(listener)
    return () => this.#lists.delete(listener)
  }

  #put(change: TorrentChange): boolean {
    const before = this.#torrents.get(change.id)
    if (!before) {
      if (change.name === undefined || change.state === undefined) return false
      this.#torrents.set(change.id, change as Torrent)
      this.#membership = true
    } else if (this.#noteKeys(before, change))
      this.#torrents.set(change.id, { ...before, ...change } as Torrent)
    else return true
    this.#touched.add(change.id)
    return true
  }

  #noteKeys(before: Torrent, change: TorrentChange): boolean {
    let differs = false
    for (const key of Object.keys(change) as TorrentKey[]) {
      if (Object.is(before[key], change[key]) || sameJson(before[key], change[key])) continue
      this.#keys.add(key)
      differs = true
    }
    return differs
  }

  #remove(id: string): void {
    if (!this.#torrents.delete(id)) return
    this.#membership = true
    this.#touched.add(id)
  }

  #plan(): void {
    if (this.#scheduled || (this.#touched.size === 0 && !this.#membership)) return
    this.#scheduled = true
    this.#schedule(() => this.#notify())
  }

  #notify(): void {
    this.#scheduled = false
    const change = { membership: this.#membership, keys: this.#keys }
    const rows = [...this.#touched].filter(id => this.#rows.has(id))
    this.#touched.clear()
    this.#keys = new Set()
    this.#membership = false
    this.#notifyRows(rows)
    for (const listener of [...this.#lists]) listener(change)
  }

  #notifyRows(ids: readonly string[]): void {
    for (const id of ids.slice(0, ROWS_PER_FRAME))
      for (const listener of [...(this.#rows.get(id) ?? [])]) listener()
    if (ids.length > ROWS_PER_FRAME) this.#schedule(() => this.#notifyRows(ids.slice(ROWS_PER_FRAME)))
  }
}

const sameJson = (a: unknown, b: unknown) =>
  typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b)

/** Calls back before the next frame. Hidden pages do not draw frames, so they use a timer. */
function beforeNextFrame(run: () => void): void {
  if (typeof document !== 'undefined' && document.visibilityState === 'visible') requestAnimationFrame(run)
  else setTimeout(run, 250)
}
