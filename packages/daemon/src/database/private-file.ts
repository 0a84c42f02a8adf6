import { chmodSync, closeSync, openSync } from 'node:fs'

/**
 * Makes sure that the file of a database is there and its owner's only. SQLite gives its other files the permissions of this one. A file that
 * is there is not opened: to close it again would drop the locks that SQLite has on it.
 */
export function createPrivate(path: string): void {
  try {
    closeSync(openSync(path, 'ax', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    chmodSync(path, 0o600)
  }
}
