import type { Log as DaemonLog } from '@shoal/daemon/log'

/** The node's log. */
export type Log = DaemonLog<LogContext>

export interface LogContext {
  /** Info hash of the torrent that the entry is about. */
  readonly torrent: string
}
