/** Reports to the log and to `/health` that the disk of the database is full. */
import type { Database, Steps } from '@shoal/hub-stores'
import type { HubLog } from './log.ts'

const FULL =
  'the disk of the database is full: free some space. Until then the hub serves what it has, but stores nothing'

/**
 * Returns the database, and its problem: `FULL` from a write that failed for lack of space until
 * one succeeds, otherwise null.
 */
export function watchDisk(
  database: Database,
  log: Pick<HubLog, 'info' | 'warn'>,
): { readonly database: Database; problem(): string | null } {
  let isFull = false
  const write = async <T>(transaction: () => Steps<T>): Promise<T> => {
    try {
      const result = await database.write(transaction)
      if (isFull) log.info('The database stores changes again')
      isFull = false
      return result
    } catch (error) {
      const { code, message } = error as { code?: unknown; message?: unknown }
      if (code === 'no-space' && !isFull) log.warn(FULL, { error: message })
      isFull ||= code === 'no-space'
      throw error
    }
  }
  return {
    database: {
      write,
      read: statements => database.read(statements),
      snapshot: tables => database.snapshot(tables),
      close: () => database.close(),
    },
    problem: () => (isFull ? FULL : null),
  }
}
