import type { LogLevel } from '@shoal/daemon/log'
import type { Log } from '../../kernel/log/log.ts'

/** A log that keeps its entries. */
export class Entries implements Log {
  readonly list: { level: LogLevel; message: string }[] = []
  debug = (message: string) => void this.list.push({ level: 'debug', message })
  info = (message: string) => void this.list.push({ level: 'info', message })
  warn = (message: string) => void this.list.push({ level: 'warn', message })
  error = (message: string) => void this.list.push({ level: 'error', message })

  /** All messages, one per line. */
  get text(): string {
    return this.list.map(({ message }) => message).join('\n')
  }
}
