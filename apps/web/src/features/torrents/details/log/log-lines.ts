import { LOG_LEVELS, type LogEntry } from '@shoal/api'

export type LogLevel = LogEntry['level']
/** Maximum number of lines on the page; the oldest are dropped first. */
export const MOST_LINES = 2000

export function isShown(entry: LogEntry, torrent: string, level: LogLevel): boolean {
  return entry.torrent === torrent && LOG_LEVELS.indexOf(entry.level) >= LOG_LEVELS.indexOf(level)
}

/**
 * Merges entries in the order of their ids, without duplicates: an event and a response may contain
 * the same entry.
 */
export function joined(known: readonly LogEntry[], more: readonly LogEntry[]): LogEntry[] {
  const byId = new Map([...known, ...more].map(entry => [entry.id, entry]))
  return [...byId.values()].sort((a, b) => a.id - b.id).slice(-MOST_LINES)
}
