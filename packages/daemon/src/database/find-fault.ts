import type { DatabaseSync } from 'node:sqlite'

/** Reads the entire file, and returns the first fault that SQLite finds in it, or null. */
export function findFault(sqlite: DatabaseSync): string | null {
  const found = sqlite.prepare('PRAGMA quick_check(1)').get() as { quick_check?: string } | undefined
  return found?.quick_check === 'ok' ? null : (found?.quick_check ?? 'it cannot be checked')
}
