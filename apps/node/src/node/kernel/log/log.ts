import type { LogEntry } from '@shoal/api'

export type LogLevel = LogEntry['level']

/**
 * The node's log. Messages are for people, and never contain passwords, tokens or the passkeys of trackers.
 */
export interface Log {
  debug(message: string, about?: LogContext): void
  info(message: string, about?: LogContext): void
  warn(message: string, about?: LogContext): void
  error(message: string, about?: LogContext): void
}

export interface LogContext {
  /** Info hash of the torrent that the entry is about. */
  readonly torrent?: string
}
