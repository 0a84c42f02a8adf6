/** The node's log: text lines, and the latest entries in memory. */
import { type LogOptions, openLog } from '@shoal/daemon/log'
import type { Log, LogContext } from './log.ts'
import { LogEntries } from './log-entries.ts'

export interface NodeLog {
  readonly log: Log
  /** The entries for `listLog` and the topic `log`. */
  readonly entries: LogEntries
  /** Flushes buffered entries. */
  close(): Promise<void>
}

/** Throws when the file cannot be opened. */
export function createNodeLog(options: Pick<LogOptions<LogContext>, 'level' | 'destination'> = {}): NodeLog {
  const entries = new LogEntries()
  const { log, close } = openLog<LogContext>({
    ...options,
    onEntry: (level, message, { torrent = null }) =>
      entries.add({ atMs: Date.now(), level, torrent, message }),
  })
  return { log, entries, close }
}
