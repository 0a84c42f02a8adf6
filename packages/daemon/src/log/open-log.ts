/** A log: JSON lines of pino, or short lines on a terminal. */
import { Writable } from 'node:stream'
import { type DestinationStream, destination as openDestination, pino, stdTimeFunctions } from 'pino'
import { redact } from '../redact.ts'
import { GRAVITY, type Log, type LogLevel } from './log.ts'
import { escapeControls, terminalLine } from './terminal-line.ts'

export interface LogOptions<About extends object> {
  /** Less severe entries are dropped. Default: info. */
  readonly level?: LogLevel
  /**
   * Destination of the lines: `stderr`, the path of a file, or a stream. A terminal gets short
   * lines. Default: stderr.
   */
  readonly destination?: 'stderr' | (string & {}) | Writable
  /** Members added to every entry. Default: none. */
  readonly base?: object
  /** Called with each entry as written. */
  readonly onEntry?: (level: LogLevel, message: string, about: Partial<About>) => void
}

export interface OpenLog<About extends object> {
  readonly log: Log<About>
  /** Writes out what is still buffered. */
  close(): Promise<void>
}

/** Longer messages are truncated; enough for a stack trace with long paths. */
const MAX_MESSAGE = 8000

/** Throws when the file cannot be opened. */
export function openLog<About extends object = object>({
  level = 'info',
  destination = 'stderr',
  base,
  onEntry,
}: LogOptions<About> = {}): OpenLog<About> {
  const { stream: raw, close } = openStream(destination)
  const stream = { write: (line: string) => void raw.write(escapeControls(line)) }
  const lines = pino(
    { level, base: base ?? null, timestamp: stdTimeFunctions.isoTime, messageKey: 'message' },
    stream,
  )
  const write = (at: LogLevel, message: string, about: Partial<About> = {}) => {
    if (GRAVITY[at] < GRAVITY[level]) return
    const text = redact(message).slice(0, MAX_MESSAGE)
    lines[at](about as object, text)
    onEntry?.(at, text, about)
  }
  const log: Log<About> = {
    debug: (message, about) => write('debug', message, about),
    info: (message, about) => write('info', message, about),
    warn: (message, about) => write('warn', message, about),
    error: (message, about) => write('error', message, about),
  }
  return { log, close }
}

function openStream(destination: NonNullable<LogOptions<object>['destination']>): {
  stream: DestinationStream
  close(): Promise<void>
} {
  const open = destination === 'stderr' && process.stderr.isTTY ? process.stderr : destination
  if (open instanceof Writable) {
    const isTerminal = 'isTTY' in open && open.isTTY === true
    const stream = isTerminal ? { write: (line: string) => void open.write(terminalLine(line)) } : open
    return { stream, close: async () => {} }
  }
  // Written synchronously, so that the log is complete if the node is killed; there are few lines.
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
