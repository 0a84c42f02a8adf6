import { chmodSync, closeSync, openSync } from 'node:fs'

/**
 * Ensures that the file of a database exists and is accessible only to its owner. SQLite gives its
 * other files the same permissions. An existing file is not opened: closing it would drop SQLite's
 * locks on it.
 */
export function createPrivate(path: string): void {
  try {
    closeSync(openSync(path, 'ax', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    chmodSync(path, 0o600)
  }
}
