import type { LogEntry } from '@shoal/api'
import { GRAVITY, type LogLevel } from '@shoal/daemon/log'

export interface LogQuery {
  /** Minimum severity. */
  readonly level: LogLevel
  readonly torrent?: string | undefined
  /**
   * Only entries with a higher id, starting with the oldest, so that none is missed. Default: the
   * latest ones.
   */
  readonly after?: number | undefined
  readonly limit: number
}

const MAX_ENTRIES = 5000
/** Number of entries beyond the maximum before the oldest are dropped in one step. */
const SLACK = 500

/** The latest log entries, in memory, for the console and `listLog`. */
export class LogEntries {
  #entries: LogEntry[] = []
  #lastId = 0
  readonly #listeners = new Set<(entry: LogEntry) => void>()

  add(entry: Omit<LogEntry, 'id'>): void {
    const numbered = { id: ++this.#lastId, ...entry }
    this.#entries.push(numbered)
    if (this.#entries.length >= MAX_ENTRIES + SLACK) this.#entries = this.#entries.slice(-MAX_ENTRIES)
    for (const listener of this.#listeners) listener(numbered)
  }

  /** Oldest first. */
  list({ level, torrent, after, limit }: LogQuery): LogEntry[] {
    const fits = (entry: LogEntry) =>
      GRAVITY[entry.level] >= GRAVITY[level] && (torrent === undefined || entry.torrent === torrent)
    const kept = this.#entries.slice(-MAX_ENTRIES)
    if (after === undefined) return kept.filter(fits).slice(-limit)
    return kept.filter(entry => entry.id > after && fits(entry)).slice(0, limit)
  }

  /** Calls the listener with each new entry until the returned function is called. */
  subscribe(listener: (entry: LogEntry) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}
