import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

// https://sqlite.org/fileformat2.html#the_write_ahead_log
const HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24

/**
 * Returns the end of each commit in a database's log: the states that a killed process can leave
 * behind.
 */
function commitEnds(log: Buffer): number[] {
  const frameBytes = FRAME_HEADER_BYTES + log.readUInt32BE(8)
  const ends: number[] = []
  for (let at = HEADER_BYTES; at + frameBytes <= log.length; at += frameBytes)
    // The size of the database after a commit; 0 in a frame that does not end a commit.
    if (log.readUInt32BE(at + 4) > 0) ends.push(at + frameBytes)
  return ends
}

/** Returns the number of transactions in the log of an open database. */
export function commitsIn(path: string): number {
  return commitEnds(readFileSync(`${path}-wal`)).length
}

/**
 * Calls `look` with the database as a crash after each commit since its opening would have left it,
 * oldest first.
 */
export function afterEachCrash<T>(path: string, look: (sqlite: DatabaseSync) => T): T[] {
  const log = readFileSync(`${path}-wal`)
  return commitEnds(log).map(end => {
    const folder = mkdtempSync(join(tmpdir(), 'shoal-crash-'))
    const copy = join(folder, 'copy.db')
    copyFileSync(path, copy)
    writeFileSync(`${copy}-wal`, log.subarray(0, end))
    const sqlite = new DatabaseSync(copy)
    try {
      return look(sqlite)
    } finally {
      sqlite.close()
      rmSync(folder, { recursive: true })
    }
  })
}
