import type { LogEntry } from '@shoal/api'

export type LogLevel = LogEntry['level']

/**
 * Where the node's parts say what they did. Messages are for people; passwords, tokens and the passkeys of trackers never go in.
 */
export interface Log {
  debug(message: string, about?: LogContext): void
  info(message: string, about?: LogContext): void
  warn(message: string, about?: LogContext): void
  error(message: string, about?: LogContext): void
}

/** Facts about an entry: they show in the structured log, and `torrent` finds the entry again. */
export interface LogContext {
  readonly torrent?: string
  readonly [name: string]: string | number | boolean | null | undefined
}
