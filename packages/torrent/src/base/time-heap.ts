export interface TimeEntry<T> {
  readonly timeMs: number
  readonly value: T
  /** Position in the heap; -1 once removed. */
  index: number
  /** Order of insertion: entries with equal times leave first in, first out. */
  readonly serial: number
}

/** A binary heap of values ordered by time, from which any entry can be removed. */
export class TimeHeap<T> {
  readonly #entries: TimeEntry<T>[] = []
  #serial = 0

  get size(): number {
    return this.#entries.length
  }

  /** Returns the earliest entry without removing it. */
  peek(): TimeEntry<T> | undefined {
    return this.#entries[0]
  }

  push(timeMs: number, value: T): TimeEntry<T> {
    const entry = { timeMs, value, index: this.#entries.length, serial: this.#serial++ }
    this.#entries.push(entry)
    this.#rise(entry)
    return entry
  }

  /** Removes and returns the earliest entry. */
  pop(): TimeEntry<T> | undefined {
    const first = this.#entries[0]
    if (first) this.remove(first)
    return first
  }

  /** Removes an entry. Does nothing if it was removed before. */
  remove(entry: TimeEntry<T>): void {
    const at = entry.index
    if (at < 0) return
    entry.index = -1
    const last = this.#entries.pop()!
    if (last === entry) return
    this.#place(last, at)
    this.#rise(last)
    this.#sink(last)
  }

  #rise(entry: TimeEntry<T>): void {
    while (entry.index > 0) {
      const parent = this.#entries[(entry.index - 1) >> 1]!
      if (!before(entry, parent)) return
      this.#swap(entry, parent)
    }
  }

  #sink(entry: TimeEntry<T>): void {
    for (;;) {
      const left = this.#entries[2 * entry.index + 1]
      const right = this.#entries[2 * entry.index + 2]
      const least = right && before(right, left!) ? right : left
      if (!least || !before(least, entry)) return
      this.#swap(least, entry)
    }
  }

  #swap(a: TimeEntry<T>, b: TimeEntry<T>): void {
    const at = a.index
    this.#place(a, b.index)
    this.#place(b, at)
  }

  #place(entry: TimeEntry<T>, at: number): void {
    this.#entries[at] = entry
    entry.index = at
  }
}

function before(a: TimeEntry<unknown>, b: TimeEntry<unknown>): boolean {
  return a.timeMs < b.timeMs || (a.timeMs === b.timeMs && a.serial < b.serial)
}
