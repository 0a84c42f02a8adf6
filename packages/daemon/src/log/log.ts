export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Numeric severity of each level, as in pino. */
export const GRAVITY: Readonly<Record<LogLevel, number>> = { debug: 20, info: 30, warn: 40, error: 50 }

/**
 * Messages are for users, and never contain passwords, tokens or tracker passkeys. `About` has
 * further members of an entry.
 */
export interface Log<About extends object = object> {
  debug(message: string, about?: Partial<About>): void
  info(message: string, about?: Partial<About>): void
  warn(message: string, about?: Partial<About>): void
  error(message: string, about?: Partial<About>): void
}
