/** The node's log: JSON lines of pino, short lines on a terminal, and the latest entries in memory. */
import { Writable } from 'node:stream'
import { type DestinationStream, destination as openDestination, pino, stdTimeFunctions } from 'pino'
import { redact } from '../../../base/redact.ts'
import type { Log, LogContext, LogLevel } from './log.ts'
import { GRAVITY, LogEntries } from './log-entries.ts'
import { terminalLine } from './terminal-line.ts'

export interface NodeLogOptions {
  readonly level?: LogLevel
  /** Destination of the lines: `stderr`, the path of a file, or a stream. Default: stderr, with short lines on a terminal. */
  readonly destination?: 'stderr' | (string & {}) | Writable
}

export interface NodeLog {
  readonly log: Log
  /** The entries of `listLog` and the topic `log`. */
  readonly entries: LogEntries
  /** Writes out what is still buffered. */
  close(): Promise<void>
}

/** Longer messages are truncated; enough for a stack with long paths. */
const MAX_MESSAGE = 8000

/** Throws when the file cannot be opened. */
export function createNodeLog({ level = 'info', destination = 'stderr' }: NodeLogOptions = {}): NodeLog {
  const entries = new LogEntries()
  const { stream, close } = openStream(destination)
  const lines = pino(
    { level, base: null, timestamp: stdTimeFunctions.isoTime, messageKey: 'message' },
    stream,
  )
  const write = (at: LogLevel, message: string, about: LogContext = {}) => {
    if (GRAVITY[at] < GRAVITY[level]) return
    const text = redact(message).slice(0, MAX_MESSAGE)
    lines[at](about, text)
    entries.add({ atMs: Date.now(), level: at, torrent: about.torrent ?? null, message: text })
  }
  const log: Log = {
    debug: (message, about) => write('debug', message, about),
    info: (message, about) => write('info', message, about),
    warn: (message, about) => write('warn', message, about),
    error: (message, about) => write('error', message, about),
  }
  return { log, entries, close }
}

function openStream(destination: NonNullable<NodeLogOptions['destination']>): {
  stream: DestinationStream
  close(): Promise<void>
} {
  if (destination instanceof Writable) return { stream: destination, close: async () => {} }
  if (destination === 'stderr' && process.stderr.isTTY)
    return { stream: { write: line => void process.stderr.write(terminalLine(line)) }, close: async () => {} }
  // Written synchronously, so that the log is complete if the node is killed; lines are few.
  const stream = openDestination({
    dest: destination === 'stderr' ? 2 : destination,
    mkdir: true,
    sync: true,
  })
  const close = async () => {
    stream.flushSync()
    if (destination !== 'stderr') stream.end()
  }
  return { stream, close }
}
